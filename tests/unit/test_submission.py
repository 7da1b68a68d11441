"""What intake takes and refuses by itself, and the courtesy about keys used twice."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.request_intake.domain import submission
from services.request_intake.domain.submission import (
    HORIZON,
    BirthDateInFuture,
    Cancellation,
    KeyReused,
    NewAppointment,
    OnRecordOnly,
    ProspectiveClientNeeded,
    ProspectiveClientUnexpected,
    Refusal,
    Reschedule,
    StartInPast,
    StartTooFar,
    Submission,
    WrongPractice,
    check,
)
from services.request_intake.http_api import errors
from services.request_intake.use_cases.recent_keys import RecentKeys
from shared.auth.actors import ClientActor, PortalActor, ProspectiveClientActor
from shared.portal.policy import Objection
from shared.schemas.request_submitted import ProspectiveClient
from tests.unit.builders import CLIENT_ID, NOW, PRACTICE_ID, SESSION

CLIENT = ClientActor(PRACTICE_ID, "amara", CLIENT_ID)
PORTAL = ProspectiveClientActor(PRACTICE_ID, "portal")
ZOE = ProspectiveClient(
    name="Zo\u00eb Hartmann",
    birth_date=date(1996, 2, 29),
    email="zoe@example.org",
    phone="+1 212 555 0190",
)
ASKED = NewAppointment(
    service_id=SESSION.id,
    start=NOW + timedelta(days=8),
    clinician_id=None,
    time_zone=None,
    note=None,
    practice_id=None,
    prospective_client=None,
)
ASKED_BY_ZOE = replace(ASKED, prospective_client=ZOE)
MOVED = Reschedule(
    appointment_id=UUID(int=30),
    start=NOW + timedelta(days=8),
    service_id=None,
    clinician_id=None,
    time_zone=None,
    note=None,
    practice_id=None,
)
CANCELLED = Cancellation(appointment_id=UUID(int=30), note=None, practice_id=None)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("asked", "actor"),
    [
        (ASKED, CLIENT),
        (ASKED_BY_ZOE, PORTAL),
        (replace(ASKED, practice_id=PRACTICE_ID), CLIENT),
        (replace(ASKED, start=NOW + MINUTE), CLIENT),
        (replace(ASKED, start=NOW + HORIZON), CLIENT),
        (MOVED, CLIENT),
        (CANCELLED, CLIENT),
        (replace(CANCELLED, practice_id=PRACTICE_ID), CLIENT),
    ],
)
def test_what_may_be_asked(asked: Submission, actor: PortalActor) -> None:
    """A client for themselves, the portal for a new client, from now to two years ahead."""
    check(asked, actor, now=NOW)


def test_a_child_born_today_may_be_asked_for() -> None:
    """Today is not in the future."""
    newborn = ZOE.model_copy(update={"birth_date": NOW.date()})
    check(replace(ASKED, prospective_client=newborn), PORTAL, now=NOW)


@pytest.mark.parametrize(
    ("asked", "actor", "refusal"),
    [
        (replace(ASKED, start=NOW), CLIENT, StartInPast),
        (replace(ASKED, start=NOW - MINUTE), CLIENT, StartInPast),
        (replace(ASKED, start=NOW - timedelta(days=9000)), CLIENT, StartInPast),
        (replace(ASKED, start=NOW + HORIZON + MINUTE), CLIENT, StartTooFar),
        (replace(ASKED, practice_id=UUID(int=99)), CLIENT, WrongPractice),
        (replace(ASKED_BY_ZOE, practice_id=UUID(int=99)), PORTAL, WrongPractice),
        (ASKED_BY_ZOE, CLIENT, ProspectiveClientUnexpected),
        (ASKED, PORTAL, ProspectiveClientNeeded),
        (
            replace(
                ASKED,
                prospective_client=ZOE.model_copy(
                    update={"birth_date": NOW.date() + timedelta(days=1)}
                ),
            ),
            PORTAL,
            BirthDateInFuture,
        ),
        (replace(ASKED_BY_ZOE, start=NOW), PORTAL, StartInPast),
        (MOVED, PORTAL, OnRecordOnly),
        (CANCELLED, PORTAL, OnRecordOnly),
        (replace(MOVED, start=NOW), CLIENT, StartInPast),
        (replace(MOVED, start=NOW + HORIZON + MINUTE), CLIENT, StartTooFar),
        (replace(CANCELLED, practice_id=UUID(int=99)), CLIENT, WrongPractice),
    ],
)
def test_what_may_not_be_asked(
    asked: Submission, actor: PortalActor, refusal: type[Refusal]
) -> None:
    """Each has a refusal of its own."""
    with pytest.raises(refusal):
        check(asked, actor, now=NOW)


def test_every_refusal_has_a_code_and_a_status() -> None:
    """A refusal without a row in the table would be answered as a fault of ours."""
    refusals = Refusal.__subclasses__()
    told: list[type[Refusal] | Refusal] = [*(set(refusals) - {submission.NotOffered})]
    told += map(submission.NotOffered, Objection)
    assert len({refusal.code for refusal in told}) == len(told)
    assert all(refusal.detail for refusal in told)
    for refusal in refusals:
        assert 400 <= errors.STATUS[refusal] < 500
    assert set(errors.STATUS) == set(refusals)
    assert submission.KeyReused in refusals


def test_a_key_stands_for_one_content() -> None:
    """The same content again is fine; another under the same key is refused."""
    keys = RecentKeys()
    assert not keys.knows(UUID(int=1), b"one")
    keys.remember(UUID(int=1), b"one", confirmed=True)
    assert keys.knows(UUID(int=1), b"one")
    assert not keys.knows(UUID(int=2), b"other")
    with pytest.raises(KeyReused):
        keys.knows(UUID(int=1), b"other")


def test_keys_are_forgotten_oldest_first() -> None:
    """Memory is bounded: what does not fit any more is left to the scheduler."""
    keys = RecentKeys(capacity=3)
    for number in range(1, 5):
        keys.remember(UUID(int=number), b"one", confirmed=True)
    assert not keys.knows(UUID(int=1), b"other")
    for number in range(2, 5):
        with pytest.raises(KeyReused):
            keys.knows(UUID(int=number), b"other")


def test_repeating_a_key_takes_no_room() -> None:
    """A client that retries for an hour does not push others out."""
    keys = RecentKeys(capacity=2)
    keys.remember(UUID(int=1), b"one", confirmed=True)
    for _ in range(10):
        keys.remember(UUID(int=2), b"one", confirmed=True)
    with pytest.raises(KeyReused):
        keys.knows(UUID(int=1), b"other")
