"""What staff look at before they decide, each as far as they may see (PRODUCT 4, 7)."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import AppointmentNotFound, RequestNotFound
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.list_appointments import list_appointments
from services.scheduler.use_cases.preview_approval import preview_request
from services.scheduler.use_cases.read_history import appointment_history, request_history
from services.scheduler.use_cases.review_request import Review, review_request
from services.scheduler.use_cases.show_calendar import show_calendar
from services.scheduler.use_cases.show_to_do import show_to_do
from shared.schemas.vocabulary import RequestType
from tests.harness.practice import NOW, START, SmallPractice, approve, decline, later, open_practice
from tests.harness.staff_day import ask_about, book, booked_by_request, cancel

DAY = Interval(START - timedelta(hours=10), START + timedelta(hours=10))


async def review(small: SmallPractice, request: UUID, actor: StaffMember | None = None) -> Review:
    """Return a review, as the practice scheduler unless it is said who."""
    return await review_request(small.store, actor or small.priya, request, now=NOW)


async def test_who_else_wants_the_time_is_shown_as_far_as_one_may_see(
    small: SmallPractice,
) -> None:
    """Half an overlap counts; a neighbour, another clinician, what is decided do not."""
    request = await small.receive()
    own = await small.receive(start=later(minutes=44))
    hidden = await small.receive(start=later(minutes=-44), client_id=small.keisha.id)
    await small.receive(start=later(minutes=45))
    await small.receive(clinician_id=small.marcus.id)
    await small.receive(clinician_id=None)
    await decline(small, await small.receive())

    whole = (await review(small, request)).rivals
    danas = (await review(small, request, small.dana)).rivals

    assert ([one.id for one in whole.requests], whole.hidden) == ([hidden, own], 0)
    assert ([one.id for one in danas.requests], danas.hidden) == ([own], 1)


async def test_a_busy_morning_hides_no_rival(small: SmallPractice) -> None:
    """However many wait for other hours of the day."""
    for minutes in range(0, 30 * 5, 5):
        await small.receive(start=later(hours=-6, minutes=minutes))
    request, rival = await small.receive(), await small.receive(client_id=small.keisha.id)

    assert [one.id for one in (await review(small, request)).rivals.requests] == [rival]


async def test_a_decided_request_has_neither_rivals_nor_a_preview(small: SmallPractice) -> None:
    """It is a record then."""
    request = await small.receive()
    await small.receive(client_id=small.keisha.id)
    await approve(small, request)

    seen = await review(small, request)

    assert (list(seen.rivals.requests), seen.rivals.hidden, seen.preview) == ([], 0, None)
    assert [entry.action for entry in seen.history] == ["submitted", "approved"]


async def test_the_clients_other_appointments_are_shown(small: SmallPractice) -> None:
    """Booked ones, of the past half year and to come; not the one the request is about."""
    original = await booked_by_request(small)
    to_come = (await book(small, later(days=40))).appointment
    await cancel(small, (await book(small, later(days=41))).appointment)
    await book(small, later(days=42), client=small.keisha)
    request = await ask_about(small, original, RequestType.RESCHEDULE, start=later(days=1))

    seen = await review(small, request)

    assert [one.id for one in seen.other_appointments] == [to_come.id]
    assert seen.original == original


async def test_who_comes_twice_a_week_is_shown_what_is_to_come(small: SmallPractice) -> None:
    """The appointments of half a year do not push one another out."""
    for week in range(26):
        for day in (0, 2):
            await book(small, later(days=7 * week + day))
    request = await small.receive(start=later(hours=2))

    assert len((await review(small, request)).other_appointments) == 52


async def test_what_is_not_there_for_one_is_there_in_no_view(
    small: SmallPractice, store: Store
) -> None:
    """Amara's request and appointment: list, calendar, history, review, preview, To-Do."""
    other = await open_practice(store)
    waiting, declined = await small.receive(start=later(hours=3)), await small.receive()
    await decline(small, declined)
    booked = await booked_by_request(small)

    for actor, sees in (
        (small.priya, True),
        (small.dana, True),
        (small.marcus, False),
        (other.priya, False),
        (other.dana, False),
    ):
        calendar = await show_calendar(store, actor, DAY, None)
        assert [one.id for one in calendar.requests] == ([waiting] if sees else [])
        assert [one.id for one in calendar.appointments] == ([booked.id] if sees else [])
        listed = await list_appointments(store, actor, AppointmentFilter(), after=None, limit=9)
        assert [one.id for one in listed.appointments] == ([booked.id] if sees else [])
        to_do = await show_to_do(store, actor, now=NOW)
        assert to_do.waiting.total.count == (1 if sees else 0)
        assert [one.request.id for one in to_do.to_contact] == ([declined] if sees else [])
        if sees:
            assert len(await request_history(store, actor, declined)) == 2
            continue
        for read in (
            lambda actor=actor: review(small, waiting, actor),
            lambda actor=actor: request_history(store, actor, waiting),
            lambda actor=actor: preview_request(
                store, actor, waiting, Edits(), NOTHING_CONFIRMED, now=NOW
            ),
        ):
            with pytest.raises(RequestNotFound):
                await read()
        with pytest.raises(AppointmentNotFound):
            await appointment_history(store, actor, booked.id)


async def test_the_to_do_tells_since_when_the_oldest_waits(small: SmallPractice) -> None:
    """Of the past year, and by when it was made, not by when it is for."""
    await small.receive(submitted_at=NOW - timedelta(days=3))
    oldest = await small.receive(submitted_at=NOW - timedelta(days=9), start=later(days=90))
    await small.receive(submitted_at=NOW - timedelta(days=366), start=later(days=1))

    waiting = (await show_to_do(small.store, small.priya, now=NOW)).waiting

    assert waiting.total.count == 2
    assert waiting.oldest is not None
    assert waiting.oldest.id == oldest


async def test_the_calendar_shows_what_touches_the_range(small: SmallPractice) -> None:
    """Appointments and requests that begin before it or end after it; a cancellation, too."""
    over_both = Interval(later(minutes=20), later(minutes=25))
    booked = (await book(small)).appointment
    waiting = await small.receive()
    cancellation = await ask_about(small, booked, RequestType.CANCELLATION)

    touched = await show_calendar(small.store, small.priya, over_both, None)
    begins = await show_calendar(
        small.store, small.priya, Interval(START, later(minutes=1)), frozenset({small.dana.id})
    )
    after = await show_calendar(
        small.store, small.priya, Interval(later(minutes=45), later(days=1)), None
    )

    assert [one.id for one in touched.appointments] == [booked.id]
    assert [one.id for one in touched.requests] == [waiting]
    assert {one.id for one in begins.requests} == {waiting, cancellation}
    assert (after.appointments, after.requests) == ([], [])
