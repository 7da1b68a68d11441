"""From hours, what is taken, notice and horizon to slots that may be asked for."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.domain.availability import Hours, SlotTerms, is_open, open_slots
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import Closure
from services.scheduler.domain.work_schedule import (
    ExceptionKind,
    ScheduleException,
    WeeklyHours,
    WorkSchedule,
)

ZONE = "America/New_York"
LOCAL = ZoneInfo(ZONE)
MONDAY = date(2027, 3, 1)
SCHEDULE = WorkSchedule(
    UUID(int=10),
    UUID(int=1),
    weekly=tuple(WeeklyHours(day, time(9), time(12)) for day in range(7)),
    slot_step_minutes=30,
)
EVER = SlotTerms(
    minutes=60,
    earliest=datetime(2020, 1, 1, tzinfo=UTC),
    latest=datetime(2030, 1, 1, tzinfo=UTC),
)


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    """Return a local time as UTC."""
    return datetime.combine(day, time(hour, minute), LOCAL).astimezone(UTC)


def whole_day(day: date = MONDAY) -> Interval:
    """Return a local day."""
    return Interval(at(0, day=day), at(0, day=day + timedelta(days=1)))


def hours(*closures: Closure, **changes: object) -> Hours:
    """Return the hours with some of the schedule otherwise."""
    return Hours(replace(SCHEDULE, **changes), closures, ZONE)  # type: ignore[arg-type]


def local_times(starts: tuple[datetime, ...], zone: ZoneInfo = LOCAL) -> list[str]:
    """Return the starts as a clock on the wall shows them."""
    return [start.astimezone(zone).strftime("%H:%M") for start in starts]


def test_a_free_morning_is_open_in_steps() -> None:
    """All of a slot lies in the hours, so the last begins an hour before their end."""
    found = open_slots(hours(), [], EVER, whole_day())
    assert local_times(found) == ["09:00", "09:30", "10:00", "10:30", "11:00"]


def test_what_is_taken_is_not_open_and_steps_stay() -> None:
    """After an odd end the next slot is on the same steps as before."""
    taken = [Interval(at(9, 30), at(10, 10))]
    found = open_slots(hours(), taken, replace(EVER, minutes=30), whole_day())
    assert local_times(found) == ["09:00", "10:30", "11:00", "11:30"]


def test_a_buffer_is_kept_on_both_sides() -> None:
    """After what is taken, and before it: the new one has a buffer, too."""
    taken = [Interval(at(10), at(10, 30))]
    found = open_slots(hours(buffer_minutes=15), taken, replace(EVER, minutes=30), whole_day())
    assert local_times(found) == ["09:00", "11:00", "11:30"]


def test_notice_and_horizon_are_included_instants() -> None:
    """The first and the last that may be asked for may be asked for."""
    terms = replace(EVER, earliest=at(9, 30), latest=at(10, 30))
    found = open_slots(hours(), [], terms, whole_day())
    assert local_times(found) == ["09:30", "10:00", "10:30"]


def test_closed_and_unavailable_days_have_no_slots_and_extra_hours_have() -> None:
    """Extra hours count their steps from their own beginning."""
    closed = Closure(MONDAY, MONDAY)
    assert open_slots(hours(closed), [], EVER, whole_day()) == ()
    away = ScheduleException(ExceptionKind.UNAVAILABLE, MONDAY, MONDAY, time(9), time(11, 10))
    assert local_times(
        open_slots(hours(exceptions=(away,)), [], replace(EVER, minutes=30), whole_day())
    ) == ["11:30"]
    extra = ScheduleException(ExceptionKind.EXTRA, MONDAY, MONDAY, time(17, 10), time(19))
    found = open_slots(hours(exceptions=(extra,)), [], EVER, whole_day())
    assert local_times(found)[-2:] == ["17:10", "17:40"]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", date(2027, 3, 14)),
        ("America/New_York", date(2027, 11, 7)),
        ("Europe/Berlin", date(2027, 3, 28)),
        ("Europe/Berlin", date(2027, 10, 31)),
        ("Australia/Sydney", date(2027, 4, 4)),
        ("Australia/Sydney", date(2027, 10, 3)),
    ],
)
def test_hours_are_those_of_the_wall_clock_on_the_days_of_a_clock_change(
    zone: str, day: date
) -> None:
    """Nine o'clock is nine o'clock, whatever happened at night."""
    local = ZoneInfo(zone)
    start = datetime.combine(day, time(0), local).astimezone(UTC)
    wanted = Interval(start, start + timedelta(hours=23))
    found = open_slots(Hours(SCHEDULE, (), zone), [], EVER, wanted)
    assert local_times(found, local) == ["09:00", "09:30", "10:00", "10:30", "11:00"]


def test_a_night_shift_over_the_hour_that_comes_twice_has_that_hour_twice() -> None:
    """Two slots look alike on the wall clock and are an hour apart."""
    night = (WeeklyHours(6, time(0), time(4)),)
    found = open_slots(
        hours(weekly=night),
        [],
        EVER,
        Interval(at(0, day=date(2027, 11, 7)), at(5, day=date(2027, 11, 7))),
    )
    assert local_times(found).count("01:00") == 2
    assert len(set(found)) == len(found)


_TAKEN = st.lists(
    st.tuples(st.integers(0, 60 * 14), st.integers(5, 180)).map(
        lambda pair: Interval(
            at(6) + timedelta(minutes=pair[0]), at(6) + timedelta(minutes=sum(pair))
        )
    ),
    max_size=8,
)


@given(
    taken=_TAKEN,
    step=st.sampled_from([5, 10, 15, 20, 30, 60]),
    minutes=st.integers(5, 120),
    buffer=st.integers(0, 45),
)
def test_a_slot_never_meets_what_is_taken_and_none_is_left_out(
    taken: list[Interval], step: int, minutes: int, buffer: int
) -> None:
    """The slots are those that a check of every step finds one by one."""
    asked = hours(slot_step_minutes=step, buffer_minutes=buffer)
    terms = replace(EVER, minutes=minutes)
    room = timedelta(minutes=buffer)

    found = open_slots(asked, taken, terms, whole_day())

    expected = []
    start = at(9)
    while start < at(12):
        slot = Interval(start, start + timedelta(minutes=minutes))
        kept = Interval(slot.start - room, slot.end + room)
        if slot.end <= at(12) and not any(kept.overlaps(one) for one in taken):
            expected.append(start)
        start += timedelta(minutes=step)
    assert list(found) == expected
    assert all(is_open(asked, taken, terms, start) for start in found)


def test_a_time_off_the_steps_is_not_open() -> None:
    """Only what is offered can be asked for."""
    assert is_open(hours(), [], EVER, at(9, 30))
    assert not is_open(hours(), [], EVER, at(9, 40))
    assert not is_open(hours(), [], EVER, at(8, 30))


NIGHTS = (
    *(WeeklyHours(day, time(22), time(0)) for day in range(7)),
    *(WeeklyHours(day, time(0), time(2)) for day in range(7)),
)


def test_hours_over_midnight_have_slots_over_midnight() -> None:
    """One may begin before and end after; steps are counted anew from midnight."""
    asked = hours(weekly=NIGHTS, slot_step_minutes=45)
    night = Interval(at(22), at(2, day=MONDAY + timedelta(days=1)))
    found = local_times(open_slots(asked, [], EVER, night))
    assert found == ["22:00", "22:45", "23:30", "00:00", "00:45"]


@given(
    step=st.sampled_from([5, 15, 25, 45, 50, 60]),
    minutes=st.integers(5, 120),
    weekly=st.sampled_from(
        [
            NIGHTS,
            tuple(WeeklyHours(day, time(0), time(0)) for day in range(7)),
            tuple(WeeklyHours(day, time(9, 20), time(17)) for day in range(5)),
        ]
    ),
    day=st.sampled_from([MONDAY, date(2027, 3, 14), date(2027, 11, 7)]),
    hours_asked=st.tuples(st.integers(0, 47), st.integers(1, 60)),
)
def test_what_is_open_does_not_depend_on_what_else_is_asked_for(
    step: int,
    minutes: int,
    weekly: tuple[WeeklyHours, ...],
    day: date,
    hours_asked: tuple[int, int],
) -> None:
    """A part of a range has the slots of the whole that begin there, and each is open by itself."""
    asked = hours(weekly=weekly, slot_step_minutes=step)
    terms = replace(EVER, minutes=minutes)
    begins = at(0, day=day - timedelta(days=1))
    first, length = hours_asked
    part = Interval(begins + timedelta(hours=first), begins + timedelta(hours=first + length))
    whole = Interval(begins - timedelta(days=2), begins + timedelta(days=6))
    found = open_slots(asked, [], terms, part)
    expected = [
        start for start in open_slots(asked, [], terms, whole) if part.start <= start < part.end
    ]
    assert list(found) == expected
    assert len(set(found)) == len(found)
    assert all(is_open(asked, [], terms, start) for start in found)
