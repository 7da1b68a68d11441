"""What a practice's own settings let a client ask for."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from shared.portal.policy import (
    ADVICE,
    Ask,
    Audience,
    ClosedDays,
    Objection,
    OfferedClinician,
    OfferedService,
    PortalPolicy,
    objections,
)
from shared.schemas.vocabulary import Modality, RequestType

NOW = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
SESSION, INTAKE, DANA, MARCUS = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)


def policy(**changes: object) -> PortalPolicy:
    """Return the policy of a practice with one service and one clinician for each kind."""
    whole = PortalPolicy(
        practice_id=UUID(int=9),
        slug="harbor-street",
        name="Harbor Street Practice",
        time_zone="America/New_York",
        phone=None,
        email=None,
        is_open=True,
        audience=Audience.BOTH,
        request_types=frozenset(RequestType),
        services=(
            _service(SESSION, Audience.EXISTING),
            _service(INTAKE, Audience.NEW),
        ),
        clinicians=(
            OfferedClinician(id=DANA, name="Dana", accepts_new_clients=True),
            OfferedClinician(id=MARCUS, name="Marcus", accepts_new_clients=False),
        ),
        scheduling_notice_minutes=24 * 60,
        rescheduling_notice_minutes=48 * 60,
        cancelling_notice_minutes=12 * 60,
        horizon_days=60,
        most_pending=3,
        pending_holds_slot=True,
        closed=(ClosedDays(first_day=date(2027, 2, 15), last_day=date(2027, 2, 16)),),
    )
    return whole.model_copy(update=changes)


def _service(identifier: UUID, audience: Audience) -> OfferedService:
    return OfferedService(
        id=identifier,
        label="Session",
        appointment_type="Therapy Session",
        minutes=45,
        modality=Modality.IN_PERSON,
        audience=audience,
    )


def ask(**changes: object) -> Ask:
    """Return what a client on record may ask for."""
    whole: dict[str, object] = {
        "type": RequestType.NEW,
        "is_new": False,
        "service_id": SESSION,
        "clinician_id": DANA,
        "start": NOW + timedelta(days=7),
        "original_start": None,
    }
    return Ask(**{**whole, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "asked",
    [
        ask(),
        ask(clinician_id=None),
        ask(clinician_id=MARCUS),
        ask(is_new=True, service_id=INTAKE),
        ask(start=NOW + timedelta(days=1)),
        ask(start=NOW + timedelta(days=60)),
        ask(type=RequestType.RESCHEDULE, service_id=None, original_start=NOW + timedelta(days=2)),
        ask(
            type=RequestType.CANCELLATION,
            service_id=None,
            clinician_id=None,
            start=None,
            original_start=NOW + timedelta(hours=12),
        ),
    ],
)
def test_what_the_practice_lets_clients_ask_for(asked: Ask) -> None:
    """The first and the last instant of notice and horizon are within them."""
    assert objections(policy(), asked, NOW) == ()


@pytest.mark.parametrize(
    ("settings", "asked", "expected"),
    [
        ({"is_open": False}, ask(), Objection.PORTAL_CLOSED),
        ({"audience": Audience.NEW}, ask(), Objection.NOT_OPEN_TO_THEM),
        ({"audience": Audience.NOBODY}, ask(), Objection.NOT_OPEN_TO_THEM),
        (
            {"audience": Audience.EXISTING},
            ask(is_new=True, service_id=INTAKE),
            Objection.NOT_OPEN_TO_THEM,
        ),
        (
            {"request_types": frozenset({RequestType.CANCELLATION})},
            ask(),
            Objection.TYPE_NOT_OFFERED,
        ),
        ({}, ask(service_id=UUID(int=99)), Objection.SERVICE_NOT_OFFERED),
        ({}, ask(service_id=INTAKE), Objection.SERVICE_NOT_OFFERED),
        ({}, ask(is_new=True), Objection.SERVICE_NOT_OFFERED),
        ({}, ask(clinician_id=UUID(int=99)), Objection.CLINICIAN_NOT_OFFERED),
        (
            {},
            ask(is_new=True, service_id=INTAKE, clinician_id=MARCUS),
            Objection.CLINICIAN_NOT_ACCEPTING,
        ),
        ({}, ask(start=NOW + timedelta(days=1, minutes=-1)), Objection.TOO_SOON),
        ({}, ask(start=NOW + timedelta(days=60, minutes=1)), Objection.TOO_FAR),
        ({}, ask(start=datetime(2027, 2, 15, 15, tzinfo=UTC)), Objection.PRACTICE_CLOSED),
        # Half past eleven at night in New York is the next day in UTC.
        ({}, ask(start=datetime(2027, 2, 17, 4, 30, tzinfo=UTC)), Objection.PRACTICE_CLOSED),
        (
            {},
            ask(type=RequestType.RESCHEDULE, original_start=NOW + timedelta(hours=47)),
            Objection.TOO_SOON,
        ),
        (
            {},
            ask(
                type=RequestType.CANCELLATION,
                start=None,
                original_start=NOW + timedelta(hours=11, minutes=59),
            ),
            Objection.TOO_SOON,
        ),
    ],
)
def test_each_rule_objects_by_its_own_name(
    settings: dict[str, object], asked: Ask, expected: Objection
) -> None:
    """One rule is broken, and that one is told."""
    assert objections(policy(**settings), asked, NOW) == (expected,)


def test_all_that_stands_against_it_is_told_most_general_first() -> None:
    """The scheduler flags everything; intake tells the first."""
    asked = ask(service_id=UUID(int=99), clinician_id=UUID(int=99), start=NOW)
    assert objections(policy(is_open=False), asked, NOW) == (
        Objection.PORTAL_CLOSED,
        Objection.SERVICE_NOT_OFFERED,
        Objection.CLINICIAN_NOT_OFFERED,
        Objection.TOO_SOON,
    )


def test_every_objection_says_what_to_do() -> None:
    """Each becomes a problem of its own."""
    assert set(ADVICE) == set(Objection)
    assert len(set(ADVICE.values())) == len(ADVICE)
