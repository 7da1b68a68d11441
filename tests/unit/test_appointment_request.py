"""A request: decided once, past its time when it waited too long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.scheduler.domain.appointment_request import Decision, Edits, FollowUp
from services.scheduler.domain.intervals import Interval
from shared.schemas.vocabulary import Modality, RequestStatus, RequestType
from tests.unit.builders import DANA, INES, NOW, START, appointment, asked, pending_request

DECIDED = [RequestStatus.APPROVED, RequestStatus.DECLINED, RequestStatus.WITHDRAWN]


def decision(**changes: Any) -> Decision:
    """Return Dana's approval without edits."""
    whole = Decision(
        status=RequestStatus.APPROVED,
        by_staff_id=DANA.id,
        by_name=DANA.name,
        at=NOW,
        edits=Edits(),
        reason=None,
        appointment_id=appointment().id,
    )
    return replace(whole, **changes)


def test_deciding_ends_a_pending_request() -> None:
    """The decision is kept with the request, whose version rises; nothing else changes."""
    before = pending_request()
    after = before.decide(decision())
    assert after == replace(
        before, status=RequestStatus.APPROVED, decision=decision(), version=before.version + 1
    )
    assert before.status is RequestStatus.PENDING


@pytest.mark.parametrize("status", DECIDED)
def test_a_decision_is_final(status: RequestStatus) -> None:
    """Approved, declined and withdrawn are ends."""
    with pytest.raises(ValueError, match="decided already"):
        pending_request(status=status).decide(decision())


def test_the_same_again_is_the_same_whoever_says_it() -> None:
    """A second click, later or of a colleague, changes nothing."""
    standing = decision(edits=Edits(minutes=60), by_staff_id=INES.id, at=NOW - timedelta(days=1))
    assert standing.is_same_as(RequestStatus.APPROVED, Edits(minutes=60), None)


@pytest.mark.parametrize(
    ("status", "edits", "reason"),
    [
        (RequestStatus.DECLINED, Edits(), None),
        (RequestStatus.APPROVED, Edits(minutes=60), None),
        (RequestStatus.APPROVED, Edits(start=START), None),
        (RequestStatus.APPROVED, Edits(clinician_id=INES.id), None),
        (RequestStatus.APPROVED, Edits(service_id=INES.id), None),
        (RequestStatus.APPROVED, Edits(modality=Modality.TELEHEALTH), None),
        (RequestStatus.APPROVED, Edits(location="Garden room"), None),
        (RequestStatus.APPROVED, Edits(alert="Bring the form."), None),
        (RequestStatus.APPROVED, Edits(service_code="90832"), None),
        (RequestStatus.APPROVED, Edits(appointment_type="Review"), None),
        (RequestStatus.APPROVED, Edits(client_id=INES.id), None),
        (RequestStatus.APPROVED, Edits(), "On leave."),
    ],
)
def test_anything_else_is_another_decision(
    status: RequestStatus, edits: Edits, reason: str | None
) -> None:
    """Another outcome, another edit or another reason conflicts with what stands."""
    assert not decision().is_same_as(status, edits, reason)


def test_the_same_instant_in_another_zone_is_the_same_edit() -> None:
    """Staff may repeat the call from a browser in another zone."""
    standing = decision(edits=Edits(start=datetime(2027, 3, 1, 15, tzinfo=UTC)))
    elsewhere = datetime.fromisoformat("2027-03-01T10:00:00-05:00")
    assert standing.is_same_as(RequestStatus.APPROVED, Edits(start=elsewhere), None)


def test_a_request_waits_until_its_time_is_over() -> None:
    """Past its time: still pending, and the time asked for has come."""
    request = pending_request()
    assert not request.is_past_its_time(START - timedelta(minutes=1))
    assert request.is_past_its_time(START + timedelta(minutes=1))


@pytest.mark.parametrize("status", DECIDED)
def test_what_is_decided_is_never_past_its_time(status: RequestStatus) -> None:
    """The flag is about requests that wait."""
    assert not pending_request(status=status).is_past_its_time(START + timedelta(days=9))


def test_a_cancellation_is_about_the_original() -> None:
    """A cancellation is past its time when the appointment it cancels has begun."""
    cancel = pending_request(
        type=RequestType.CANCELLATION, asked=asked(start=None, original_start=START)
    )
    assert cancel.relevant_time == START
    assert not cancel.is_past_its_time(START - timedelta(minutes=1))
    assert cancel.is_past_its_time(START + timedelta(minutes=1))


def test_a_move_is_about_the_time_asked_for() -> None:
    """Lists sort a reschedule by where it is to go, not by where it is."""
    move = pending_request(
        type=RequestType.RESCHEDULE,
        asked=asked(original_start=START - timedelta(days=7)),
    )
    assert move.relevant_time == START


def test_a_request_about_no_time_known_is_not_past_it() -> None:
    """A cancellation of an appointment nobody knows has just arrived: it is not late yet."""
    unknown = pending_request(
        type=RequestType.CANCELLATION, asked=asked(start=None, original_start=None)
    )
    assert unknown.relevant_time == unknown.submitted_at
    assert not unknown.is_past_its_time(NOW)


def test_no_request_is_about_a_time_before_it_was_made() -> None:
    """So a list of the past year need not look at older times; it is past its time all the same."""
    late = pending_request(asked=asked(start=NOW - timedelta(days=400)))
    assert late.relevant_time == late.submitted_at
    assert late.is_past_its_time(NOW)


def test_only_a_decline_is_to_be_followed_up() -> None:
    """Who is approved is e-mailed; who withdrew knows."""
    request = pending_request()
    assert request.decide(decision(status=RequestStatus.DECLINED)).follow_up == FollowUp()
    for status in (RequestStatus.APPROVED, RequestStatus.WITHDRAWN):
        assert request.decide(decision(status=status)).follow_up is None


def test_the_time_asked_for_is_a_stretch() -> None:
    """As long as the service takes; none without a start."""
    assert asked().interval == Interval(START, START + timedelta(minutes=45))
    assert asked(minutes=None).interval == Interval(START, START)
    assert asked(start=None).interval is None
