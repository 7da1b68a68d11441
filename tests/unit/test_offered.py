"""Intake refuses at once what it knows to be in vain, and nothing that it does not know."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.request_intake.domain.offered import AtHand, Booked, check_offered
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
from tests.unit.test_portal_policy import DANA, INTAKE, MARCUS, NOW, SESSION, policy

AMARA = ClientActor(PRACTICE_ID, "amara", CLIENT_ID)
START = NOW + timedelta(days=7)
MINE, ANOTHERS = UUID(int=30), UUID(int=31)
ASKED = NewAppointment(SESSION, START, DANA, None, None, None, None)
MOVED = Reschedule(MINE, START, None, None, None, None, None)
CANCELLED = Cancellation(MINE, None, None)


def mine(start: datetime) -> Mapping[UUID, Booked]:
    """Return the caller's one appointment: a session with Dana."""
    return {MINE: Booked(start, SESSION, DANA)}


def at_hand(**changes: object) -> AtHand:
    """Return what is known when everything is."""
    known = AtHand(policy(), mine(NOW + timedelta(days=3)), 0, None)
    return replace(known, **changes)  # type: ignore[arg-type]


NOTHING = AtHand(None, None, None, None)


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
        (MOVED, at_hand(own_appointments=mine(NOW + timedelta(hours=47))), "too-soon"),
        (CANCELLED, at_hand(own_appointments=mine(NOW + timedelta(hours=11))), "too-soon"),
        (ASKED, at_hand(pending=3), "too-many-pending"),
        (ASKED, at_hand(slot_is_open=False), "slot-not-open"),
        (replace(ASKED, clinician_id=UUID(int=99)), at_hand(), "clinician-not-offered"),
        (replace(ASKED, start=NOW + timedelta(days=61)), at_hand(), "too-far"),
        (replace(ASKED, start=NOW + timedelta(days=15)), at_hand(), "practice-closed"),
        (replace(MOVED, service_id=UUID(int=99)), at_hand(), "service-not-offered"),
    ],
)
def test_each_rule_is_refused_by_its_own_name(asked: Submission, known: AtHand, code: str) -> None:
    """The problem's type is the rule's."""
    with pytest.raises(NotOffered) as refused:
        check_offered(asked, AMARA, known, now=NOW)
    assert refused.value.code == code
    assert refused.value.detail


def test_what_stays_as_booked_is_not_held_against_the_portal() -> None:
    """A service and a clinician that are not online any more can be named for a move."""
    closed = policy(services=(), clinicians=())
    named = replace(MOVED, service_id=SESSION, clinician_id=DANA)
    check_offered(named, AMARA, at_hand(policy=closed), now=NOW)
    with pytest.raises(NotOffered):
        check_offered(named, AMARA, at_hand(policy=closed, own_appointments=None), now=NOW)


def test_new_clients_are_held_against_what_is_for_them() -> None:
    """Marcus takes none; the session is for clients on record."""
    portal: PortalActor = ProspectiveClientActor(PRACTICE_ID, "portal")
    intake = replace(ASKED, service_id=INTAKE)
    check_offered(intake, portal, at_hand(own_appointments=None), now=NOW)
    for asked, code in (
        (ASKED, "service-not-offered"),
        (replace(intake, clinician_id=MARCUS), "clinician-not-accepting"),
    ):
        with pytest.raises(NotOffered, match=code):
            check_offered(asked, portal, at_hand(own_appointments=None), now=NOW)


def test_what_was_open_is_known_by_practice_kind_service_clinician_and_range() -> None:
    """And of nothing else is anything said."""
    times = RecentOpenTimes()
    day = (START - timedelta(hours=5), START + timedelta(hours=5))
    times.remember(AMARA, SESSION, DANA, day, frozenset({START}))
    gone = START + timedelta(hours=1)
    portal = ProspectiveClientActor(PRACTICE_ID, "portal")
    elsewhere = ClientActor(UUID(int=99), "amara", CLIENT_ID)

    assert times.is_open(AMARA, SESSION, DANA, START) is True
    assert times.is_open(ClientActor(PRACTICE_ID, "k", UUID(int=7)), SESSION, DANA, gone) is False
    for actor, service, clinician, start in (
        (AMARA, SESSION, None, gone),
        (AMARA, INTAKE, DANA, gone),
        (AMARA, SESSION, MARCUS, gone),
        (AMARA, SESSION, DANA, START + timedelta(hours=5)),
        (portal, SESSION, DANA, gone),
        (elsewhere, SESSION, DANA, gone),
    ):
        assert times.is_open(actor, service, clinician, start) is None
