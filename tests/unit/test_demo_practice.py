"""The demo practice: believable on whatever day it is loaded, and the same each time."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from demo_practice.calendar import SERVICES, month_of_appointments
from demo_practice.people import (
    CLIENTS,
    DANA,
    INES,
    MARCUS,
    OTHER_PRACTICE,
    PRACTICE,
    STAFF,
    find_person,
    people,
)
from demo_practice.requests import waiting_requests
from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.people import Client, StaffMember
from shared.auth.actors import Role
from shared.schemas.fields import EmailAddress, PersonName, PhoneNumber, ZoneName
from shared.schemas.request_submitted import RequestSubmitted
from shared.schemas.vocabulary import RequestType

ZONE = ZoneInfo(PRACTICE.time_zone)
moments = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001
    max_value=datetime(2040, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
ODD_MOMENTS = [
    datetime(2027, 3, 14, 6, 59, 59, 999_999, tzinfo=UTC),  # clocks go forward
    datetime(2027, 3, 10, 12, 0, tzinfo=UTC),
    datetime(2027, 11, 7, 5, 30, tzinfo=UTC),  # clocks go back
    datetime(2027, 11, 3, 12, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2027, 1, 1, 0, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 3, 0, tzinfo=UTC),
    datetime(2027, 2, 6, 1, 0, tzinfo=UTC),  # Friday evening there, Saturday in UTC
    datetime(2027, 2, 7, 23, 59, tzinfo=UTC),  # Sunday
    datetime(2027, 2, 8, 2, 0, tzinfo=UTC),  # Sunday evening there, Monday in UTC
]


def loaded(now: datetime) -> tuple[list[Appointment], list[RequestSubmitted]]:
    """Return what is loaded at a moment."""
    appointments = list(month_of_appointments(now.date()))
    return appointments, list(waiting_requests(appointments, now))


def test_who_is_there() -> None:
    """Two clinicians, an intern, a scheduler, 25 clients, and somebody of another practice."""
    roles = Counter(member.role for member in STAFF.values() if member.practice_id == PRACTICE.id)
    assert roles == {Role.CLINICIAN: 2, Role.INTERN: 1, Role.PRACTICE_SCHEDULER: 1}
    assert [m.name for m in STAFF.values() if m.practice_id == OTHER_PRACTICE.id] != []
    assert len(CLIENTS) == 25
    assert len({client.id for client in CLIENTS.values()}) == 25
    assert len({client.email for client in CLIENTS.values()}) == 25
    assert len({client.phone for client in CLIENTS.values()}) == 25


def test_nobody_real_is_written_to() -> None:
    """Every address is of example.org, and every record passes the rules for what people send."""
    records: list[Client | StaffMember] = [*CLIENTS.values(), *STAFF.values()]
    addresses = [record.email for record in records] + [PRACTICE.email, OTHER_PRACTICE.email]
    for address in addresses:
        assert address is not None
        assert address.endswith("@example.org")
        assert TypeAdapter(EmailAddress).validate_python(address) == address
    for record in records:
        assert TypeAdapter(PersonName).validate_python(record.name) == record.name
    for client in CLIENTS.values():
        assert TypeAdapter(PhoneNumber).validate_python(client.phone)
        assert " 555 " in client.phone
        assert client.time_zone is None or TypeAdapter(ZoneName).validate_python(client.time_zone)


def test_every_client_is_assigned_to_somebody_here() -> None:
    """By clinicians and interns of the practice."""
    bookable = {member.id for member in (DANA, MARCUS, INES)}
    for client in CLIENTS.values():
        assert client.practice_id == PRACTICE.id
        assert client.assigned_staff_ids
        assert set(client.assigned_staff_ids) <= bookable


def test_ids_are_the_same_on_every_machine() -> None:
    """Links in the manual and in the demo keep working."""
    assert PRACTICE.id == UUID("fb9c6d76-4854-5bc6-86d6-60fddd8086b2")
    assert DANA.id == UUID("f06c8079-0a83-59dd-9a59-acebc6ff3c5d")
    assert CLIENTS["amara"].id == UUID("7c78df8f-5c41-5c49-a26a-6faa76dec1c1")
    assert SERVICES["session"].id == UUID("a20193c8-a62e-580d-ba1a-daaaf3be52ed")


def test_everybody_can_be_found_by_a_key() -> None:
    """One key each; claims name exactly one of staff, client or portal."""
    keys = [person.key for person in people()]
    assert len(keys) == len(set(keys)) == len(STAFF) + len(CLIENTS) + 1
    for person in people():
        assert find_person(person.key) == person
        assert person.key.isascii()
        kinds = [name for name in ("staff_id", "client_id", "scope") if name in person.claims]
        assert len(kinds) == 1
    assert find_person("nobody") is None


def test_services_have_usual_lengths() -> None:
    """PRODUCT 8.14: the usual minutes of each code."""
    usual = {"90791": 60, "90832": 30, "90834": 45, "90837": 60, "90847": 50}
    for service in SERVICES.values():
        assert service.minutes == usual[service.code]
        assert (service.location is None) == (service.modality.value == "telehealth")


@pytest.mark.parametrize("moment", ODD_MOMENTS, ids=str)
def test_odd_days(moment: datetime) -> None:
    """Changes of clocks, ends of years, leap days and week-ends."""
    check_calendar(moment)
    check_requests(moment)


@settings(max_examples=25)
@given(moments)
def test_any_day(moment: datetime) -> None:
    """Whenever somebody tries Openchair, there is something to see."""
    check_calendar(moment)
    check_requests(moment)


def check_calendar(now: datetime) -> None:
    """Check a month of appointments: within hours, on weekdays, nobody twice at once."""
    appointments, _ = loaded(now)
    assert len({appointment.id for appointment in appointments}) == len(appointments) > 100
    by_person: dict[UUID, list[Appointment]] = defaultdict(list)
    for appointment in appointments:
        local = appointment.booking.start.astimezone(ZONE)
        assert appointment.booking.start.tzinfo is UTC
        assert local.weekday() < 5
        assert time(8) <= local.time() <= time(18)
        by_person[appointment.booking.clinician_id].append(appointment)
        by_person[appointment.client_id].append(appointment)
    for own in by_person.values():
        own.sort(key=lambda appointment: appointment.booking.start)
        for one, following in pairwise(own):
            assert one.booking.end <= following.booking.start
    days = {appointment.booking.start.date() for appointment in appointments}
    assert min(days) <= now.date() - timedelta(days=13)
    assert max(days) >= now.date() + timedelta(days=12)
    assert set(by_person) >= {DANA.id, MARCUS.id, INES.id} | {c.id for c in CLIENTS.values()}


def check_requests(now: datetime) -> None:
    """Check the dozen: all types, all ahead, made lately, about records that there are."""
    appointments, requests = loaded(now)
    kinds = Counter(request.data.request_type for request in requests)
    assert kinds == {RequestType.NEW: 7, RequestType.RESCHEDULE: 3, RequestType.CANCELLATION: 2}
    assert len({request.data.request_id for request in requests}) == 12
    known = {appointment.id: appointment for appointment in appointments}
    services = {service.id for service in SERVICES.values() if service.practice_id == PRACTICE.id}
    for request in requests:
        data = request.data
        assert RequestSubmitted.model_validate_json(request.model_dump_json()) == request
        assert request.practiceid == PRACTICE.id
        assert now - timedelta(days=2) <= data.submitted_at <= now
        assert data.start is None or data.start > now
        assert data.service_id is None or data.service_id in services
        assert data.clinician_id in {None, DANA.id, MARCUS.id, INES.id}
        if data.appointment_id is not None:
            original = known[data.appointment_id]
            assert original.client_id == data.client_id
            assert original.booking.start > now
        if data.prospective_client is not None:
            assert data.prospective_client.email.endswith("@example.org")
            assert data.prospective_client.birth_date < now.date()


@settings(max_examples=10)
@given(moments)
def test_loading_again_is_the_same(moment: datetime) -> None:
    """The same moment gives the same records, ids included."""
    assert loaded(moment) == loaded(moment)


def test_appointments_stay_at_their_hour_over_the_change_of_clocks() -> None:
    """Weekly at ten is at ten in summer and in winter."""
    appointments = month_of_appointments(date(2027, 3, 10))
    hours: dict[UUID, set[time]] = defaultdict(set)
    for appointment in appointments:
        hours[appointment.client_id].add(appointment.booking.start.astimezone(ZONE).time())
    assert {len(own) for own in hours.values()} == {1}
