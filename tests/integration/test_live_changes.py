"""The change stream of a real MongoDB, as open pages hear of it (PRODUCT 7 and 8.6)."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.people import StaffMember
from services.scheduler.live.feed import Feed
from services.scheduler.live.subscription import Quiet, Reset, Subscription
from services.scheduler.live.watcher import Watcher
from services.scheduler.mongo.changes import CaughtUp, Change, HistoryLost, Subject
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.receive_requests import receive_requests
from services.scheduler.use_cases.show_to_assigned import show_to_assigned
from services.scheduler.use_cases.tell_of_changes import Pace, tell_of_changes
from shared.auth.actors import Role, StaffActor
from shared.mongo import Document
from tests.harness.polling import eventually
from tests.harness.practice import NOW, SmallPractice, approve, decline, open_practice

QUICK = Pace(quiet=0.05, admission=0.05)
LIMIT_SECONDS = 20.0


class Page:
    """An open page: everything that it is told, as it is told."""

    def __init__(self, feed: Feed, subscription: Subscription) -> None:
        self.told: list[Change | Reset | Quiet] = []
        self._feed = feed
        self._subscription = subscription
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while not self._subscription.is_over:
            if (one := await self._subscription.next(1)) is not None:
                self.told.append(one)

    async def close(self) -> None:
        """Stop reading, and leave."""
        self._feed.leave(self._subscription)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def changes(self) -> list[Change]:
        """What it was told of."""
        return [one for one in self.told if isinstance(one, Change)]

    @property
    def resets(self) -> int:
        """How often it was told to read again."""
        return sum(isinstance(one, Reset) for one in self.told)

    async def reads_again(self) -> None:
        """Wait until it was told to."""

        async def told() -> bool:
            return self.resets > 0

        await eventually(told, "the page reads again")

    async def hears_of(self, identifier: UUID, *, count: int = 1) -> Change:
        """Wait until it was told of that so many times; return the last."""

        async def told() -> list[Change]:
            found = [one for one in self.changes if one.id == identifier]
            return found if len(found) >= count else []

        return (await eventually(told, "the page is told"))[-1]


class LivePractice:
    """A practice with a process that watches its database."""

    def __init__(self, small: SmallPractice, other: SmallPractice) -> None:
        self.small = small
        self.other = other
        self.store = small.store
        self.feed = Feed()
        self.watcher = Watcher(self.store.changes, self.feed)
        self._pages: list[Page] = []

    def open(self, member: StaffMember, *, after: str | None = None) -> Page:
        """Open a page."""
        self._pages.append(Page(self.feed, self.feed.subscribe(member, after=after)))
        return self._pages[-1]

    async def stop(self) -> None:
        """Stop all."""
        for page in self._pages:
            await page.close()
        await self.watcher.loop.stop()


@pytest.fixture
async def live(store: Store) -> AsyncIterator[LivePractice]:
    """Two practices, watched."""
    practice = LivePractice(await open_practice(store), await open_practice(store))
    practice.watcher.loop.start()
    await practice.feed.wait_until_caught_up(LIMIT_SECONDS)
    yield practice
    await practice.stop()


async def test_a_new_request_is_heard_of_by_the_right_people(
    live: LivePractice,
) -> None:
    """The practice scheduler and the client's clinician; no other clinician, no other practice."""
    small = live.small
    who = {"priya": small.priya, "dana": small.dana, "marcus": small.marcus}
    pages = {name: live.open(member) for name, member in who.items()}
    pages["other"] = live.open(live.other.priya)

    request = await small.receive()

    change = await pages["priya"].hears_of(request)
    await pages["dana"].hears_of(request)
    assert change.subject is Subject.REQUEST
    assert change.is_new
    assert (change.status, change.version, change.request_type) == ("pending", 1, "new")
    # What comes later reaches them all, and the one before it did not.
    of_keisha = await small.receive(client_id=small.keisha.id, clinician_id=small.marcus.id)
    elsewhere = await live.other.receive()
    await pages["marcus"].hears_of(of_keisha)
    await pages["other"].hears_of(elsewhere)
    assert {one.id for one in pages["marcus"].changes} == {of_keisha}
    assert {one.id for one in pages["other"].changes} == {elsewhere}
    assert {one.id for one in pages["dana"].changes} == {request}


async def test_decisions_and_appointments_are_heard_of(live: LivePractice) -> None:
    """An approval changes the request and books; a decline changes the request."""
    page = live.open(live.small.dana)
    approved, declined = await live.small.receive(), await live.small.receive()

    decided = await approve(live.small, approved)
    await decline(live.small, declined)

    assert decided.appointment is not None
    request = await page.hears_of(approved, count=2)
    assert (request.status, request.version, request.is_new) == ("approved", 2, False)
    appointment = await page.hears_of(decided.appointment.id)
    assert appointment.subject is Subject.APPOINTMENT
    assert (appointment.status, appointment.version) == ("booked", 1)
    assert (await page.hears_of(declined, count=2)).status == "declined"


async def test_an_approval_opens_a_request_to_who_is_to_see_the_client(
    live: LivePractice,
) -> None:
    """Who asked for anybody is seen by nobody but the scheduler; then booked with Marcus."""
    small = live.small
    marcus, dana = live.open(small.marcus), live.open(small.dana)
    request = await small.receive(
        client_id=None,
        clinician_id=None,
        prospective_client={
            "name": "Wren",
            "birth_date": "1991-05-06",
            "email": "wren@example.org",
            "phone": "+1 212 555 0199",
        },
    )
    before = await small.receive(client_id=small.keisha.id, clinician_id=small.marcus.id)
    await marcus.hears_of(before)
    assert {one.id for one in marcus.changes} == {before}

    decided = await approve(small, request, Edits(clinician_id=small.marcus.id))

    assert decided.appointment is not None
    assert not (await marcus.hears_of(request)).is_new
    await marcus.hears_of(decided.appointment.id)
    of_amara = await small.receive()
    await dana.hears_of(of_amara)
    assert {one.id for one in dana.changes} == {of_amara}


async def test_who_is_taken_off_a_client_reads_again(live: LivePractice) -> None:
    """Their page may show what is not theirs any more; the id is not told to them."""
    small = live.small
    request = await small.receive()
    assigned = [small.dana.id]
    for others in (
        [small.dana.id, *(uuid4() for _ in range(6)), small.marcus.id],  # given
        [small.dana.id],  # taken
        [small.dana.id, small.marcus.id],
        [small.marcus.id],
        [],
    ):
        before, assigned = assigned, others
        dana, marcus = live.open(small.dana), live.open(small.marcus)
        client = replace(small.amara, assigned_staff_ids=tuple(assigned))
        await live.store.clients.save(client)

        await show_to_assigned(live.store, client)

        for page, who in ((dana, small.dana.id), (marcus, small.marcus.id)):
            if who in assigned:
                await page.hears_of(request)
            elif who in before:
                await page.reads_again()
            assert (request in {one.id for one in page.changes}) == (who in assigned)
            await page.close()


async def test_a_change_of_who_sees_it_is_noticed_however_it_is_written(
    live: LivePractice,
) -> None:
    """The store tells of a field, of one place in it, or that it was cut short."""
    requests, small = live.store.database["requests"], live.small
    request = await small.receive()
    many = [UUID(int=number) for number in range(1, 13)]
    writes: list[tuple[Document | list[Document], bool]] = [
        ({"$set": {"visible_to": many}}, True),
        ([{"$set": {"visible_to": {"$setUnion": [many[:5], []]}}}], True),
        ({"$pull": {"visible_to": many[4]}}, True),
        ({"$set": {"visible_to.3": many[9]}}, True),
        ({"$set": {"version": 7, "client.name": "visible_to"}}, False),
        ({"$addToSet": {"flags": "visible_to"}}, False),
        ([{"$set": {"visible_to": {"$setUnion": ["$visible_to", []]}, "version": 8}}], False),
    ]
    start = await small.store.changes.position(ago=timedelta(0))
    for update, _ in writes:
        await requests.update_one({"_id": request}, update)
    document = await requests.find_one({"_id": request})
    assert document is not None
    await requests.replace_one({"_id": request}, {**document, "version": 9})

    followed = [one for one in await _follow(small.store, start) if not one.is_new]

    assert [one.access_changed for one in followed] == [*(yes for _, yes in writes), True]


async def test_after_a_pause_nothing_is_lost_and_nothing_told_twice(live: LivePractice) -> None:
    """Hundreds of changes, in groups and in transactions; away from each of many moments on."""
    small = live.small
    whole = live.open(small.dana, after=live.feed.mark)
    for _ in range(6):
        events = [small.submission() for _ in range(50)]
        events += [small.submission(client_id=small.keisha.id) for _ in range(20)]
        await receive_requests(small.store, events, now=NOW)
        await approve(
            small, events[0].data.request_id, Edits(start=NOW + timedelta(days=len(whole.told) + 1))
        )
    last = await live.small.receive()
    await whole.hears_of(last)
    expected = [(one.position, one.id) for one in whole.changes]
    assert len(expected) == 6 * 52 + 1
    assert len({one.id for one in whole.changes if one.is_new}) == 6 * 51 + 1
    assert expected == sorted(expected)

    for index in range(0, len(expected), 9):
        page = live.open(small.dana, after=expected[index][0])
        if index + 1 < len(expected):
            await page.hears_of(last)
        assert [(one.position, one.id) for one in page.changes] == expected[index + 1 :]
        assert page.resets == 0
        await page.close()


async def test_another_process_goes_on_where_the_first_one_was(live: LivePractice) -> None:
    """A new process looks back: what happened while none ran is told to who comes back."""
    small = live.small
    page = live.open(small.dana)
    heard = await small.receive()
    position = (await page.hears_of(heard)).position
    await live.watcher.loop.stop()
    missed = [await small.receive() for _ in range(3)]
    second = LivePractice(small, live.other)
    second.watcher.loop.start()
    await second.feed.wait_until_caught_up(LIMIT_SECONDS)

    back = second.open(small.dana, after=position)

    await back.hears_of(missed[-1])
    assert [one.id for one in back.changes] == missed
    assert back.resets == 0
    await second.stop()


async def test_a_quiet_page_comes_back_without_reading_again(live: LivePractice) -> None:
    """It was told of nothing, but how far nothing went; another process knows that time too."""
    before = live.feed.mark
    second = LivePractice(live.small, live.other)
    second.watcher.loop.start()
    await second.feed.wait_until_caught_up(LIMIT_SECONDS)

    back = second.open(live.small.dana, after=before)
    request = await live.small.receive()

    await back.hears_of(request)
    assert back.resets == 0
    await second.stop()


async def test_positions_are_in_order_and_within_a_transaction_too(live: LivePractice) -> None:
    """As text; and the store goes on from each, with exactly what followed."""
    small = live.small
    start = await small.store.changes.position(ago=timedelta(0))
    request = await small.receive()
    await approve(small, request)
    await small.receive()

    followed = await _follow(small.store, start)

    positions = [one.position for one in followed]
    assert len(followed) == 4
    assert positions == sorted(set(positions))
    assert start < positions[0]
    # The request and its appointment are of one transaction, hence of one time.
    assert positions[1][:18] == positions[2][:18]
    for index, position in enumerate(positions):
        assert await _follow(small.store, position) == followed[index + 1 :]


async def _follow(store: Store, after: str) -> list[Change]:
    found: list[Change] = []
    async with aclosing(store.changes.follow(after)) as turns:
        async for turn in turns:
            if isinstance(turn, CaughtUp):
                return found
            found.append(turn)
    return found


@pytest.mark.parametrize("after", ["zz", "82", "FFFF", "", "8200"])
async def test_a_position_that_the_store_does_not_know_is_lost_history(
    store: Store, after: str
) -> None:
    """And no outage, which would be tried again for ever."""
    with pytest.raises(HistoryLost):
        await _follow(store, after)


async def test_when_the_store_has_lost_its_history_everybody_reads_again(
    live: LivePractice,
) -> None:
    """Restored, or away for too long: the loop begins anew by itself."""
    page = live.open(live.small.priya)
    assert await live.watcher.connected()
    with capture_logs() as logs:
        await live.store.database.client.drop_database(live.store.database.name)
        await page.reads_again()
    anew = await open_practice(live.store)
    other = live.open(anew.priya)
    request = await anew.receive()

    await other.hears_of(request)

    assert "live.history_lost" in [line["event"] for line in logs]


async def test_the_stream_says_that_it_is_not_connected(store: Store) -> None:
    """Before it begins; while it runs, though nothing happens, it is."""
    watcher = Watcher(store.changes, Feed())
    assert not await watcher.connected()
    watcher.loop.start()
    await eventually(watcher.connected, "it is connected")
    await watcher.loop.stop()


def actor_of(member: StaffMember, **fields: float) -> StaffActor:
    """Return who a member's token stands for."""
    return StaffActor(member.practice_id, "a subject", member.id, member.role, **fields)


async def told_until_end(live: LivePractice, actor: StaffActor) -> list[Change | Reset | Quiet]:
    """Return all that a page of Dana's is told, until its stream ends by itself."""
    feed = live.feed
    page = feed.subscribe(live.small.dana, after=None)
    told = []
    async with asyncio.timeout(LIMIT_SECONDS):
        async for one in tell_of_changes(live.store, actor, feed, page, pace=QUICK):
            told.append(one)
            if len(told) == 5:
                break
    return told


async def test_a_stream_goes_on_while_its_reader_is_admitted(live: LivePractice) -> None:
    """Admitted again and again; a quiet page hears that we are here."""
    told = await told_until_end(live, actor_of(live.small.dana))

    assert len(told) == 5
    assert all(isinstance(one, Quiet) for one in told)


@pytest.mark.parametrize("change", [{"active": False}, {"role": Role.INTERN}], ids=str)
async def test_a_stream_ends_when_its_reader_is_not_admitted_any_more(
    live: LivePractice, change: dict[str, object]
) -> None:
    """They have left, or have another role than the token says."""
    actor = actor_of(live.small.dana)
    await live.store.staff.save(replace(live.small.dana, **change))  # type: ignore[arg-type]

    told = await told_until_end(live, actor)

    assert len(told) < 5


async def test_a_stream_ends_with_its_token(live: LivePractice) -> None:
    """To the second, though the next admission is far: nothing is told after it."""
    actor = actor_of(live.small.dana, expires_at=time.time() + 0.2)
    page = live.feed.subscribe(live.small.dana, after=None)
    seldom = Pace(quiet=30, admission=3600)
    async with asyncio.timeout(LIMIT_SECONDS):
        told = [
            one async for one in tell_of_changes(live.store, actor, live.feed, page, pace=seldom)
        ]
    assert time.time() >= actor.expires_at
    assert [type(one) for one in told] == [Quiet]


async def test_the_position_that_a_page_keeps_never_goes_back(live: LivePractice) -> None:
    """A quiet moment, or a reset, after a change names no earlier position; nor to who is back."""
    start = live.feed.mark
    request = await live.small.receive()
    first = await told_of(live, after=start, until=Change)
    assert [one.id for one in first if isinstance(one, Change)] == [request]
    heard = first[-1].position

    back = await told_of(live, after=heard, until=Reset)

    assert len(back) == 4
    positions = [one.position for one in (*first, *back) if one.position is not None]
    assert positions == sorted(set(positions))


async def told_of(
    live: LivePractice, *, after: str | None, until: type[Change | Reset]
) -> list[Change | Reset | Quiet]:
    """Return what a page of Dana's is told; it is reset after three quiet moments."""
    feed = live.feed
    page = feed.subscribe(live.small.dana, after=after)
    told: list[Change | Reset | Quiet] = []
    async with asyncio.timeout(LIMIT_SECONDS):
        async for one in tell_of_changes(
            live.store, actor_of(live.small.dana), feed, page, pace=QUICK
        ):
            told.append(one)
            if isinstance(one, until):
                break
            if len(told) == 3:
                page.reset(feed.mark)
    feed.leave(page)
    return told
