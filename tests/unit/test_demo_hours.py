"""The demo practice's hours: its appointments and requests lie within them, on whatever day."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from demo_practice.calendar import SERVICES, month_of_appointments
from demo_practice.hours import closures, work_schedules
from demo_practice.people import DANA, INES, MARCUS, PRACTICE
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.schedule_rules import check_closures, check_schedule
from services.scheduler.domain.service_codes import CATALOGUE
from services.scheduler.domain.work_schedule import working_time

days = st.dates(min_value=date(2024, 1, 1), max_value=date(2040, 12, 31))


@settings(max_examples=40)
@given(days)
def test_everybody_works_when_they_are_booked(today: date) -> None:
    """Through changes of clocks, too: hours and appointments are both on the wall."""
    schedules = {schedule.staff_id: schedule for schedule in work_schedules(today)}
    assert set(schedules) == {DANA.id, MARCUS.id, INES.id}
    for appointment in month_of_appointments(today):
        wanted = appointment.booking.interval
        around = Interval(wanted.start - timedelta(days=1), wanted.end + timedelta(days=1))
        schedule = schedules[appointment.booking.clinician_id]
        works = working_time(schedule, closures(today), PRACTICE.time_zone, around)
        assert any(hours.contains(wanted) for hours in works)


@settings(max_examples=40)
@given(days)
def test_the_hours_keep_to_the_rules(today: date) -> None:
    """As if somebody had sent them; one is away and all are closed, both ahead."""
    schedules = list(work_schedules(today))
    for schedule in schedules:
        check_schedule(schedule, today)
    (exception,) = [one for schedule in schedules for one in schedule.exceptions]
    assert exception.first_day > today
    check_closures(closures(today), today)
    (closure,) = closures(today)
    assert closure.first_day > today
    assert closure.first_day.weekday() == 4


def test_services_have_the_ranges_of_their_codes() -> None:
    """And are where the practice is."""
    for service in SERVICES.values():
        usual = CATALOGUE[service.code].lengths
        told = (service.minutes, service.fewest_minutes, service.most_minutes)
        assert told == (usual.minutes, usual.fewest_minutes, usual.most_minutes)
        if service.practice_id == PRACTICE.id and service.location is not None:
            assert service.location in PRACTICE.locations
