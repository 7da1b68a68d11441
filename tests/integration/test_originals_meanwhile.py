"""A request about an appointment that staff have moved or cancelled since (PRODUCT 8.3)."""

import asyncio
from datetime import timedelta

import pytest

from services.scheduler.domain.appointment_request import Edits, RequestFlag
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.domain.refusals import OriginalGone, OriginalMoved, StaleVersion
from services.scheduler.use_cases.decide import Decided
from services.scheduler.use_cases.preview_approval import preview_request
from services.scheduler.use_cases.review_request import review_request
from shared.schemas.vocabulary import RequestStatus, RequestType
from tests.harness.practice import (
    NOW,
    START,
    SmallPractice,
    approve,
    booked_intervals,
    busy_intervals,
    decline,
    later,
)
from tests.harness.staff_day import (
    ask_about,
    booked_by_request,
    cancel,
    move,
    stored,
    withdraw,
)

RESCHEDULE, CANCELLATION = RequestType.RESCHEDULE, RequestType.CANCELLATION
KNOWN = Confirmed(original=True)


async def test_moving_the_original_flags_what_waits_about_it(small: SmallPractice) -> None:
    """Each such request, with a new version; what is decided, or about another, is not touched."""
    original = await booked_by_request(small)
    other = await booked_by_request(small, start=later(days=7))
    to_move = await ask_about(small, original, RESCHEDULE, start=later(days=1))
    to_cancel = await ask_about(small, original, CANCELLATION)
    declined = await ask_about(small, original, CANCELLATION)
    await decline(small, declined)
    elsewhere = await ask_about(small, other, CANCELLATION)

    await move(small, original, Edits(start=later(hours=3)))

    for request in (to_move, to_cancel):
        document = await stored(small, "requests", request)
        assert (document["flags"], document["version"]) == (["original-moved"], 2)
        with pytest.raises(StaleVersion):
            await approve(small, request, version=1)
    assert (await stored(small, "requests", declined))["flags"] == []
    assert (await stored(small, "requests", elsewhere))["version"] == 1


@pytest.mark.parametrize("kind", [RESCHEDULE, CANCELLATION])
async def test_going_on_with_a_moved_original_needs_a_word(
    small: SmallPractice, kind: RequestType
) -> None:
    """Staff are told where it is now; with their word the appointment as it is now is changed."""
    original = await booked_by_request(small)
    wanted = {"start": later(days=1)} if kind is RESCHEDULE else {}
    request = await ask_about(small, original, kind, **wanted)
    await move(small, original, Edits(start=later(hours=3)))

    with pytest.raises(OriginalMoved) as refused:
        await approve(small, request)
    assert refused.value.members == {"start": later(hours=3).isoformat()}
    assert await busy_intervals(small.store) == await booked_intervals(small.store) != set()
    decided = (await approve(small, request, confirmed=KNOWN)).appointment

    assert decided is not None
    assert (decided.id, decided.sequence) == (original.id, 2)
    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    if kind is RESCHEDULE:
        assert decided.booking.start == later(days=1)
    else:
        assert not decided.is_booked


async def test_the_same_approval_without_the_word_is_still_the_same(small: SmallPractice) -> None:
    """A second click answers the first, whatever was confirmed then."""
    original = await booked_by_request(small)
    request = await ask_about(small, original, RESCHEDULE, start=later(days=1))
    await move(small, original, Edits(start=later(hours=3)))
    await approve(small, request, confirmed=KNOWN)

    assert (await approve(small, request)).repeated


async def test_what_is_changed_beside_the_time_needs_no_word(small: SmallPractice) -> None:
    """A new alert or another room: the client still means this appointment."""
    original = await booked_by_request(small)
    request = await ask_about(small, original, RESCHEDULE, start=later(days=1))
    await move(small, original, Edits(alert="Form.", location="Garden room"))

    moved = (await approve(small, request)).appointment

    assert moved is not None
    assert (moved.booking.alert, moved.booking.location) == ("Form.", "Garden room")
    assert (await stored(small, "requests", request))["flags"] == []


@pytest.mark.parametrize("kind", [RESCHEDULE, CANCELLATION])
async def test_a_cancelled_original_can_only_be_declined(
    small: SmallPractice, kind: RequestType
) -> None:
    """It is flagged, refused even with the word, and declining closes it."""
    original = await booked_by_request(small)
    wanted = {"start": later(days=1)} if kind is RESCHEDULE else {}
    request = await ask_about(small, original, kind, **wanted)
    await cancel(small, original)

    document = await stored(small, "requests", request)
    assert (document["flags"], document["version"]) == (["original-cancelled"], 2)
    for confirmed in (Confirmed(), KNOWN):
        with pytest.raises(OriginalGone):
            await approve(small, request, confirmed=confirmed)
    assert (await decline(small, request)).request.status is RequestStatus.DECLINED
    assert await busy_intervals(small.store) == set()


async def test_one_request_that_moves_it_flags_the_others(small: SmallPractice) -> None:
    """But not itself: it is decided."""
    original = await booked_by_request(small)
    first = await ask_about(small, original, RESCHEDULE, start=later(days=1))
    second = await ask_about(small, original, RESCHEDULE, start=later(days=2))

    await approve(small, first)

    assert (await stored(small, "requests", first))["flags"] == []
    assert (await stored(small, "requests", second))["flags"] == ["original-moved"]
    with pytest.raises(OriginalMoved):
        await approve(small, second)


async def test_two_requests_about_one_appointment_approved_at_once(small: SmallPractice) -> None:
    """One moves it; the other is told so, and the days hold one booking."""
    original = await booked_by_request(small)
    requests = [
        await ask_about(small, original, RESCHEDULE, start=later(days=day)) for day in range(1, 5)
    ]

    answers = await asyncio.gather(
        *(approve(small, request) for request in requests), return_exceptions=True
    )

    assert len([one for one in answers if isinstance(one, Decided)]) == 1
    assert len([one for one in answers if isinstance(one, OriginalMoved)]) == 3, answers
    busy = await busy_intervals(small.store)
    assert len(busy) == 1
    assert busy == await booked_intervals(small.store)


async def test_a_move_and_an_approval_at_once_are_one_after_the_other(
    small: SmallPractice,
) -> None:
    """Whoever is first, the appointment is in one place and its sequence tells of each change."""
    for day in range(6):
        original = await booked_by_request(small, start=later(days=7 * day))
        to = original.booking.start + timedelta(days=1)
        request = await ask_about(small, original, RESCHEDULE, start=to)

        moved, approved = await asyncio.gather(
            move(small, original, Edits(start=original.booking.start + timedelta(days=2))),
            approve(small, request),
            return_exceptions=True,
        )

        assert not isinstance(moved, BaseException)
        now = await stored(small, "appointments", original.id)
        if isinstance(approved, Decided):
            assert now["sequence"] == 2
        else:
            assert isinstance(approved, OriginalMoved)
            assert now["sequence"] == 1
        assert await busy_intervals(small.store) == await booked_intervals(small.store)


@pytest.mark.parametrize("ends", ["declined", "withdrawn"])
async def test_a_request_that_comes_to_nothing_leaves_the_original(
    small: SmallPractice, ends: str
) -> None:
    """The same appointment, at the same time, told of to nobody once more."""
    original = await booked_by_request(small)
    request = await ask_about(small, original, RESCHEDULE, start=later(days=1))
    before = await stored(small, "appointments", original.id)

    if ends == "declined":
        await decline(small, request)
    else:
        await withdraw(small, request)

    assert (await stored(small, "requests", request))["status"] == ends
    assert await stored(small, "appointments", original.id) == before
    assert await busy_intervals(small.store) == {(original.id, START, original.booking.end)}


async def test_a_review_says_where_the_original_is_now(small: SmallPractice) -> None:
    """As it was when the client asked, as it is, and what approving would meet."""
    original = await booked_by_request(small)
    request = await ask_about(small, original, RESCHEDULE, start=later(days=1))
    await move(small, original, Edits(start=later(hours=3)))

    review = await review_request(small.store, small.priya, request, now=NOW)

    assert review.request.asked.original_start == START
    assert review.original is not None
    assert review.original.booking.start == later(hours=3)
    assert review.request.flags == {RequestFlag.ORIGINAL_MOVED}
    assert review.other_appointments == []
    assert review.preview is not None
    assert isinstance(review.preview.refusal, OriginalMoved)
    known = await preview_request(small.store, small.priya, request, Edits(), KNOWN, now=NOW)
    assert known.appointment is not None
    assert known.appointment.booking.start == later(days=1)


async def test_an_original_cancelled_before_the_request_arrives_is_flagged_on_arrival(
    small: SmallPractice,
) -> None:
    """The client did not know yet."""
    original = await booked_by_request(small)
    await cancel(small, original)

    request = await ask_about(small, original, RESCHEDULE, start=later(days=1))

    assert (await stored(small, "requests", request))["flags"] == ["original-cancelled"]
    with pytest.raises(OriginalGone):
        await approve(small, request)


async def test_eight_clicks_on_a_reschedule_move_it_once(small: SmallPractice) -> None:
    """None of them meets the move of the first as somebody else's."""
    original = await booked_by_request(small)
    request = await ask_about(small, original, RESCHEDULE, start=later(days=1))

    answers = await asyncio.gather(*(approve(small, request) for _ in range(8)))

    assert [answer.repeated for answer in answers].count(False) == 1
    assert {answer.appointment and answer.appointment.sequence for answer in answers} == {1}
