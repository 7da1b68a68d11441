"""What staff may do all the same, and what they are warned of (PRODUCT 8.2, 8.14)."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.domain.people import Closure
from services.scheduler.domain.refusals import DurationUnusual, SlotTaken
from services.scheduler.domain.warnings import BookingWarning, WarningCode
from services.scheduler.domain.work_schedule import WeeklyHours, WorkSchedule
from services.scheduler.use_cases.preview_approval import preview_request
from tests.harness.practice import (
    NOW,
    START,
    SmallPractice,
    approve,
    booked_intervals,
    busy_intervals,
    later,
)
from tests.harness.staff_day import book, cancel, history_of, move, stored

OVERLAP, MEANT = Confirmed(overlap=True), Confirmed(duration=True)
NO_SCHEDULE = BookingWarning(WarningCode.NO_WORK_SCHEDULE)
OUTSIDE = BookingWarning(WarningCode.OUTSIDE_WORKING_HOURS)


async def work(small: SmallPractice, start: int, end: int) -> None:
    """Have Dana work between two full hours of New York, every day."""
    hours = tuple(WeeklyHours(day, time(start), time(end)) for day in range(7))
    await small.store.work_schedules.save(WorkSchedule(small.dana.id, small.practice.id, hours))


async def test_an_allowed_overlap_is_booked_and_in_the_history(small: SmallPractice) -> None:
    """Both hold the hour; the history names what it overlaps."""
    first = (await book(small, client=small.keisha)).appointment
    request = await small.receive(start=later(minutes=30))
    with pytest.raises(SlotTaken):
        await approve(small, request)

    second = (await approve(small, request, confirmed=OVERLAP)).appointment

    assert second is not None
    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    assert len(await busy_intervals(small.store)) == 2
    (entry,) = await history_of(small, second)
    assert entry.after["overlaps"] == [
        {
            "appointment_id": str(first.id),
            "start": START.isoformat(),
            "end": later(minutes=45).isoformat(),
            "client_name": "Keisha",
        }
    ]


async def test_without_an_overlap_the_word_changes_nothing(small: SmallPractice) -> None:
    """Staff who always allow it have nothing in the history that was not so."""
    booked = (await approve(small, await small.receive(), confirmed=OVERLAP)).appointment
    assert booked is not None
    (entry,) = await history_of(small, booked)
    assert entry.after["overlaps"] == []
    await book(small, later(minutes=45), confirmed=OVERLAP)
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_of_two_that_overlap_each_frees_its_own_hour(small: SmallPractice) -> None:
    """Cancelling one, moving the other: the day holds exactly what is booked."""
    first = (await book(small)).appointment
    second = (await book(small, client=small.keisha, confirmed=OVERLAP)).appointment

    await cancel(small, first)
    assert await busy_intervals(small.store) == {(second.id, START, later(minutes=45))}
    await move(small, second, Edits(start=later(minutes=15)))
    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    with pytest.raises(SlotTaken):
        await book(small, later(minutes=45))


async def test_an_overlap_over_midnight_utc_is_held_on_both_days(small: SmallPractice) -> None:
    """Where only one of the two days is taken, the other is taken by this one."""
    midnight = later(hours=9)
    await book(small, midnight, client=small.keisha)
    over = (await book(small, midnight - timedelta(minutes=20), confirmed=OVERLAP)).appointment

    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    days = small.store.database["calendar_days"].find({"busy.appointment_id": over.id})
    assert len([day async for day in days]) == 2


async def test_an_unusual_length_needs_a_word(small: SmallPractice) -> None:
    """By approval, by booking, by moving: each names the range, and writes nothing before."""
    await small.store.services.save(replace(small.session, fewest_minutes=38, most_minutes=52))
    request, long = await small.receive(), Edits(minutes=90)
    other = (await book(small, later(days=1))).appointment
    for attempt in (
        lambda: approve(small, request, long),
        lambda: book(small, later(days=2), details=long),
        lambda: move(small, other, long),
    ):
        with pytest.raises(DurationUnusual) as refused:
            await attempt()
        assert refused.value.members == {"fewest_minutes": 38, "most_minutes": 52}
    assert len(await busy_intervals(small.store)) == 1

    approved = (await approve(small, request, long, confirmed=MEANT)).appointment

    assert approved is not None
    assert approved.booking.minutes == 90
    assert (await move(small, other, long, confirmed=MEANT)).appointment.booking.minutes == 90


async def test_a_length_that_was_meant_once_need_not_be_meant_again(small: SmallPractice) -> None:
    """Moving an appointment of 90 minutes asks nothing about its length."""
    await small.store.services.save(replace(small.session, fewest_minutes=38, most_minutes=52))
    long = (await book(small, details=Edits(minutes=90), confirmed=MEANT)).appointment

    moved = (await move(small, long, Edits(start=later(hours=3)))).appointment

    assert moved.booking.minutes == 90


async def test_a_client_with_two_clinicians_at_once_is_a_warning(small: SmallPractice) -> None:
    """The other appointment's time is told; it is booked all the same, and the history says so."""
    other = (await book(small, later(minutes=15), clinician=small.marcus)).appointment
    request = await small.receive()

    decided = await approve(small, request)

    double = BookingWarning(WarningCode.CLIENT_DOUBLE_BOOKED, other.booking.interval)
    assert decided.warnings == (double, NO_SCHEDULE)
    assert decided.appointment is not None
    (entry,) = await history_of(small, decided.appointment)
    assert entry.after["warnings"] == [double.as_members(), NO_SCHEDULE.as_members()]


async def test_no_double_booking_is_told_that_one_may_not_see(small: SmallPractice) -> None:
    """Dana decides about somebody whose other appointment is not hers to see."""
    other = (await book(small, clinician=small.marcus)).appointment
    await small.store.database["appointments"].update_one(
        {"_id": other.id}, {"$set": {"visible_to": [small.marcus.id]}}
    )
    decided = await approve(small, await small.receive(), actor=small.dana)
    assert decided.warnings == (NO_SCHEDULE,)


async def test_moving_an_appointment_is_no_double_booking_of_itself(small: SmallPractice) -> None:
    """Nor is one that is cancelled, or that only touches."""
    await work(small, 0, 0)
    booked = (await book(small)).appointment
    gone = (await book(small, later(minutes=30), clinician=small.marcus)).appointment
    await cancel(small, gone)
    await book(small, later(minutes=60), clinician=small.marcus)

    assert (await move(small, booked, Edits(start=later(minutes=15)))).warnings == ()


@pytest.mark.parametrize(
    ("hours", "warnings"),
    [((9, 17), ()), ((10, 11), ()), ((11, 17), (OUTSIDE,)), ((9, 10), (OUTSIDE,))],
)
async def test_a_time_outside_of_the_clinicians_hours_is_a_warning(
    small: SmallPractice, hours: tuple[int, int], warnings: tuple[BookingWarning, ...]
) -> None:
    """START is 10:00 in New York; the preview says the same before."""
    await work(small, *hours)
    request = await small.receive()

    preview = await preview_request(
        small.store, small.priya, request, Edits(), Confirmed(), now=NOW
    )

    assert preview.warnings == warnings
    assert (await approve(small, request)).warnings == warnings


async def test_a_closed_day_is_outside_of_everybodys_hours(small: SmallPractice) -> None:
    """Whatever the schedule says."""
    await work(small, 0, 0)
    day = date(2026, 12, 1)
    await small.store.practices.save(replace(small.practice, closures=(Closure(day, day, "Move"),)))

    assert (await book(small)).warnings == (OUTSIDE,)
    assert (await book(small, later(days=1))).warnings == ()


async def test_a_preview_tells_clashes_and_warnings_and_writes_nothing(
    small: SmallPractice,
) -> None:
    """A clash does not keep the rest of it back."""
    await work(small, 11, 17)
    taken = (await book(small, client=small.keisha)).appointment
    request = await small.receive()
    before = await stored(small, "requests", request)

    preview = await preview_request(
        small.store, small.priya, request, Edits(minutes=60), Confirmed(), now=NOW
    )

    assert preview.refusal is None
    assert [clash.appointment_id for clash in preview.clashes] == [taken.id]
    assert preview.warnings == (OUTSIDE,)
    assert [change.field.value for change in preview.changes] == ["minutes"]
    assert await stored(small, "requests", request) == before
    assert len(await busy_intervals(small.store)) == 1
