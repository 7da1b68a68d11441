"""The demo practice's portal: its settings are sensible, and its own requests keep to them."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from pydantic import TypeAdapter

from demo_practice import portal
from demo_practice.calendar import SERVICES, month_of_appointments
from demo_practice.hours import closures, work_schedules
from demo_practice.people import CLIENTS, DANA, INES, MARCUS, PRACTICE, STAFF
from demo_practice.requests import waiting_requests
from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.availability import Hours, SlotTerms, is_open
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.domain.portal_rules import check_portal_settings
from services.scheduler.domain.portal_settings import to_policy
from shared.portal.policy import Ask, Audience, objections
from shared.schemas.fields import WebAddress
from shared.schemas.request_submitted import RequestSubmittedData
from tests.unit.test_demo_practice import ODD_MOMENTS, moments

HERE = [service for service in SERVICES.values() if service.practice_id == PRACTICE.id]


def test_the_settings_keep_to_the_rules() -> None:
    """Intakes for new clients, sessions for those on record; everybody who sees clients is on."""
    fresh = replace(portal.SETTINGS, services=(), clinicians=())
    check_portal_settings(portal.SETTINGS, fresh, HERE, STAFF.values())
    assert TypeAdapter(WebAddress).validate_python(portal.SETTINGS.portal_url)
    new = {
        offer.service_id
        for offer in portal.SETTINGS.services
        if offer.audience.includes(is_new=True)
    }
    assert new == {SERVICES["intake"].id}
    assert {offer.audience for offer in portal.SETTINGS.services} == {
        Audience.NEW,
        Audience.EXISTING,
    }
    assert {offer.staff_id for offer in portal.SETTINGS.clinicians} == {
        DANA.id,
        MARCUS.id,
        INES.id,
    }


def test_most_clients_use_the_portal() -> None:
    """A few were never invited, one was yesterday; everybody who waits with a request does."""
    now = datetime(2027, 2, 1, 12, tzinfo=UTC)
    found = {client.id: client for client in portal.clients(now)}
    assert found.keys() == {client.id for client in CLIENTS.values()}
    by_key = {key: found[client.id].portal_access for key, client in CLIENTS.items()}
    assert {key for key, access in by_key.items() if access is PortalAccess.NONE} == {
        "noah",
        "paulo",
        "wesley",
    }
    assert {key for key, access in by_key.items() if access is PortalAccess.INVITED} == {"xiomara"}
    for request in waiting_requests(list(month_of_appointments(now.date())), now):
        if request.data.client_id is not None:
            assert found[request.data.client_id].portal_access is PortalAccess.ACTIVE


@pytest.mark.parametrize("moment", ODD_MOMENTS, ids=str)
def test_requests_on_odd_days(moment: datetime) -> None:
    """Changes of clocks, ends of years, leap days and week-ends."""
    check_against_settings(moment)


@settings(max_examples=25)
@given(moments)
def test_requests_on_any_day(moment: datetime) -> None:
    """Whenever it is loaded, none of the requests stands against what the practice set."""
    check_against_settings(moment)


def check_against_settings(now: datetime) -> None:
    """Check each request against the policy, and its time against hours and appointments."""
    practice = replace(PRACTICE, closures=closures(now.date()))
    schedules = {one.staff_id: one for one in work_schedules(now.date())}
    policy = to_policy(practice, portal.SETTINGS, HERE, STAFF.values(), schedules)
    appointments = {one.id: one for one in month_of_appointments(now.date())}
    for request in waiting_requests(list(appointments.values()), now):
        data = request.data
        original = appointments[data.appointment_id] if data.appointment_id else None
        ask = Ask(
            type=data.request_type,
            is_new=data.prospective_client is not None,
            service_id=data.service_id,
            clinician_id=data.clinician_id,
            start=data.start,
            original_start=original.booking.start if original else None,
        )
        assert objections(policy, ask, data.submitted_at) == (), (now, data)
        clinician_id = data.clinician_id or (original.booking.clinician_id if original else None)
        if clinician_id is not None and data.start is not None:
            hours = Hours(schedules[clinician_id], practice.closures, practice.time_zone)
            assert _has_slot(hours, clinician_id, data, appointments), (now, data)


def _has_slot(
    hours: Hours,
    clinician_id: UUID,
    data: RequestSubmittedData,
    appointments: dict[UUID, Appointment],
) -> bool:
    assert data.start is not None
    booked = [
        one.booking.interval
        for one in appointments.values()
        if one.booking.clinician_id == clinician_id
    ]
    minutes = {service.id: service.minutes for service in HERE}
    length = (
        appointments[data.appointment_id].booking.minutes
        if data.appointment_id
        else minutes[data.service_id or UUID(int=0)]
    )
    return is_open(hours, booked, SlotTerms(length, data.start, data.start), data.start)
