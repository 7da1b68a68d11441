"""Intake refuses at once what it knows to be in vain, and nothing that it does not know."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.request_intake.domain.offered import AtHand, check_offered
from services.request_intake.domain.submission import (
    AppointmentUnknown,
    Cancellation,
    NewAppointment,
    NotOffered,
    Reschedule,
    Submission,
)
from services.request_intake.open_times import RecentOpenTimes
from shared.auth.actors import ClientActor, PortalActor, ProspectiveClientActor
from tests.unit.builders import CLIENT_ID, PRACTICE_ID
from tests.unit.test_portal_policy import DANA, NOW, SESSION, policy

AMARA = ClientActor(PRACTICE_ID, "amara", CLIENT_ID)
START = NOW + timedelta(days=7)
MINE, ANOTHERS = UUID(int=30), UUID(int=31)
ASKED = NewAppointment(SESSION, START, DANA, None, None, None, None)
MOVED = Reschedule(MINE, START, None, None, None, None, None)
CANCELLED = Cancellation(MINE, None, None)


def at_hand(**changes: object) -> AtHand:
    """Return what is known when everything is."""
    own: Mapping[UUID, datetime] = {MINE: NOW + timedelta(days=3)}
    known = AtHand(policy(), own, 0, RecentOpenTimes())
    return replace(known, **changes)  # type: ignore[arg-type]


NOTHING = AtHand(None, None, None, RecentOpenTimes())


@pytest.mark.parametrize("asked", [ASKED, MOVED, CANCELLED])
@pytest.mark.parametrize("known", [at_hand(), NOTHING])
def test_what_fits_and_what_is_not_known_is_taken(asked: Submission, known: AtHand) -> None:
    """The scheduler has the last word."""
    check_offered(asked, AMARA, known, now=NOW)


@pytest.mark.parametrize("asked", [MOVED, CANCELLED])
def test_an_appointment_that_is_not_theirs_is_refused(asked: Submission) -> None:
    """Somebody else's, one that is over, one that never was: none is among their own."""
    anothers = replace(asked, appointment_id=ANOTHERS)  # type: ignore[arg-type]
    with pytest.raises(AppointmentUnknown):
        check_offered(anothers, AMARA, at_hand(), now=NOW)
    check_offered(anothers, AMARA, at_hand(own_appointments=None), now=NOW)


@pytest.mark.parametrize(
    ("asked", "known", "code"),
    [
        (ASKED, at_hand(policy=policy(is_open=False)), "portal-closed"),
        (replace(ASKED, service_id=UUID(int=99)), at_hand(), "service-not-offered"),
        (replace(ASKED, start=NOW + timedelta(hours=1)), at_hand(), "too-soon"),
        (MOVED, at_hand(own_appointments={MINE: NOW + timedelta(hours=47)}), "too-soon"),
        (CANCELLED, at_hand(own_appointments={MINE: NOW + timedelta(hours=11)}), "too-soon"),
        (ASKED, at_hand(pending=3), "too-many-pending"),
    ],
)
def test_each_rule_is_refused_by_its_own_name(asked: Submission, known: AtHand, code: str) -> None:
    """The problem's type is the rule's."""
    with pytest.raises(NotOffered) as refused:
        check_offered(asked, AMARA, known, now=NOW)
    assert refused.value.code == code
    assert refused.value.detail


def test_a_time_that_was_just_not_open_is_refused() -> None:
    """Only within the range, the service, the clinician and the kind of client that was told."""
    times = RecentOpenTimes()
    day = (START - timedelta(hours=5), START + timedelta(hours=5))
    times.remember(AMARA, SESSION, DANA, day, frozenset({START}))
    known = at_hand(open_times=times)
    gone = replace(ASKED, start=START + timedelta(hours=1))

    check_offered(ASKED, AMARA, known, now=NOW)
    with pytest.raises(NotOffered, match="slot-not-open"):
        check_offered(gone, AMARA, known, now=NOW)
    check_offered(replace(gone, clinician_id=None), AMARA, known, now=NOW)
    check_offered(replace(gone, start=START + timedelta(hours=6)), AMARA, known, now=NOW)
    new: PortalActor = ProspectiveClientActor(PRACTICE_ID, "portal")
    assert times.is_open(new, SESSION, DANA, gone.start) is None
