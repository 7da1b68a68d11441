"""Free and busy time: never both at once, never more than there is, the same however asked for."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.domain.intervals import Interval, merged, without
from services.scheduler.domain.slots import Slot, SlotStatus, local_days, slots_of
from services.scheduler.domain.work_schedule import WeeklyHours, WorkSchedule, working_time

DANA = UUID(int=10)
DAY = Interval(datetime(2027, 3, 1, 5, tzinfo=UTC), datetime(2027, 3, 2, 5, tzinfo=UTC))
ZONES = ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata")


def at(hour: float, end: float) -> Interval:
    """Return a stretch of DAY, in hours from its beginning."""
    return Interval(DAY.start + timedelta(hours=hour), DAY.start + timedelta(hours=end))


def told(slots: tuple[Slot, ...]) -> list[tuple[str, float, float]]:
    """Return slots as status and hours from DAY's beginning."""
    hour = timedelta(hours=1)
    return [
        (
            slot.status.value,
            (slot.interval.start - DAY.start) / hour,
            (slot.interval.end - DAY.start) / hour,
        )
        for slot in slots
    ]


def test_what_is_not_taken_of_the_working_time_is_free() -> None:
    """Between appointments, before them and after."""
    slots = slots_of(
        DANA, DAY, works=[at(9, 17)], taken=[at(10, 11), at(13, 13.75)], buffer=timedelta(0)
    )
    assert told(slots) == [
        ("free", 9, 10),
        ("busy", 10, 11),
        ("free", 11, 13),
        ("busy", 13, 13.75),
        ("free", 13.75, 17),
    ]


def test_appointments_that_touch_or_overlap_are_one_busy_slot() -> None:
    """How many they are is nobody's business."""
    slots = slots_of(
        DANA,
        DAY,
        works=[],
        taken=[at(10, 11), at(10.5, 11.5), at(11.5, 12), at(10, 11)],
        buffer=timedelta(0),
    )
    assert told(slots) == [("busy", 10, 12)]


def test_the_pause_after_an_appointment_is_neither_free_nor_busy() -> None:
    """Also after one that ended at the last midnight."""
    slots = slots_of(
        DANA, DAY, works=[at(0, 3)], taken=[at(-1, 0), at(1, 2)], buffer=timedelta(minutes=30)
    )
    assert told(slots) == [("free", 0.5, 1), ("busy", 1, 2), ("free", 2.5, 3)]


def test_a_slot_ends_with_its_day() -> None:
    """An appointment over midnight is a slot of each of the two days."""
    taken = [at(23, 25)]
    assert told(slots_of(DANA, DAY, works=[], taken=taken, buffer=timedelta(0))) == [
        ("busy", 23, 24)
    ]
    following = Interval(DAY.end, DAY.end + timedelta(days=1))
    assert told(slots_of(DANA, following, works=[], taken=taken, buffer=timedelta(0))) == [
        ("busy", 24, 25)
    ]


stretches = st.lists(
    st.tuples(st.integers(-6 * 12, 30 * 12), st.integers(0, 12 * 12)).map(
        lambda pair: at(pair[0] / 12, (pair[0] + pair[1]) / 12)
    ),
    max_size=8,
)


@given(works=stretches, taken=stretches, pause=st.integers(0, 60))
def test_free_and_busy_share_no_instant_and_make_up_the_day_between_them(
    works: list[Interval], taken: list[Interval], pause: int
) -> None:
    """Within the day; busy is what is taken, free the rest of the work but for the pauses."""
    buffer = timedelta(minutes=pause)
    slots = slots_of(DANA, DAY, works=merged(works), taken=taken, buffer=buffer)

    assert all(DAY.contains(slot.interval) for slot in slots)
    assert all(slot.interval.start < slot.interval.end for slot in slots)
    assert all(one.interval.end <= two.interval.start for one, two in pairwise(slots))
    assert len({slot.interval.start for slot in slots}) == len(slots)
    busy = [slot.interval for slot in slots if slot.status is SlotStatus.BUSY]
    free = [slot.interval for slot in slots if slot.status is SlotStatus.FREE]
    inside = [one.clipped_to(DAY) for one in merged(taken) if one.overlaps(DAY)]
    assert busy == inside
    for one in free:
        assert any(hours.contains(one) for hours in merged(works))
        assert not any(one.overlaps(Interval(t.start, t.end + buffer)) for t in merged(taken))
    if not pause:
        worked = [one.clipped_to(DAY) for one in merged(works) if one.overlaps(DAY)]
        assert merged([*busy, *free]) == merged([*busy, *worked])
        assert merged(free) == without(worked, busy)


instants = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(zone=st.sampled_from(ZONES), start=instants, length=st.integers(1, 101 * 24 * 60))
def test_days_join_without_gap_and_hold_the_range(zone: str, start: datetime, length: int) -> None:
    """Each from midnight to midnight of the zone's own clock, 23 to 25 hours."""
    wanted = Interval(start, start + timedelta(minutes=length))
    days = local_days(zone, wanted)

    assert days[0].start <= wanted.start < days[0].end
    assert days[-1].start < wanted.end <= days[-1].end
    assert all(one.end == two.start for one, two in pairwise(days))
    for day in days:
        assert day.start.astimezone(ZoneInfo(zone)).time() == time(0)
        assert timedelta(hours=23) <= day.end - day.start <= timedelta(hours=25)


@given(zone=st.sampled_from(ZONES), day=st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_a_day_of_work_is_free_all_of_it(zone: str, day: date) -> None:
    """From nine to five by the clock, also on the days when it changes."""
    local = ZoneInfo(zone)
    hours = tuple(WeeklyHours(weekday, time(9), time(17)) for weekday in range(7))
    schedule = WorkSchedule(DANA, UUID(int=1), weekly=hours)
    noon = datetime.combine(day, time(12), local).astimezone(UTC)
    (whole,) = local_days(zone, Interval(noon, noon + timedelta(minutes=1)))

    works = working_time(schedule, (), zone, whole)
    (slot,) = slots_of(DANA, whole, works=works, taken=[], buffer=timedelta(0))

    assert slot.status is SlotStatus.FREE
    assert slot.interval.start.astimezone(local) == datetime.combine(day, time(9), local)
    assert slot.interval.end.astimezone(local) == datetime.combine(day, time(17), local)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2027, 3, 14), 23), (date(2027, 11, 7), 25), (date(2027, 11, 8), 24)],
)
def test_days_are_as_long_as_the_clock_makes_them(day: date, hours: int) -> None:
    """In New York, in spring and in autumn."""
    noon = datetime.combine(day, time(12), ZoneInfo(ZONES[0])).astimezone(UTC)
    (whole,) = local_days(ZONES[0], Interval(noon, noon + timedelta(hours=1)))
    assert whole.end - whole.start == timedelta(hours=hours)
