"""What ends between a change and what follows it is put right a minute later (ADR 0021)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.people import Client
from services.scheduler.mongo.appointments import Appointments
from services.scheduler.mongo.requests import Requests
from services.scheduler.mongo.store import Store, T
from services.scheduler.settler import Settler
from services.scheduler.use_cases import (
    approve_request,
    change_appointment,
    receive_requests,
    settle_changes,
)
from services.scheduler.use_cases.edit_client import edit_client
from shared.mongo import Session
from shared.schemas.vocabulary import RequestType
from tests.harness.polling import eventually
from tests.harness.practice import NOW, SmallPractice, approve, later, open_practice
from tests.harness.staff_day import (
    NEW_CLIENT,
    ask_about,
    book,
    booked_by_request,
    cancel,
    move,
    stored,
)

A_MINUTE_LATER = NOW + settle_changes.AFTER
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CANCELLATION, RESCHEDULE = RequestType.CANCELLATION, RequestType.RESCHEDULE

Step = Callable[[], Awaitable[object]]


class ProcessEnded(BaseException):
    """Stands for the end of the process: nothing after it is done."""


class InterruptedStore(Store):
    """Does something before a transaction, or when all of it is written but its commit, once."""

    before: Step | None = None
    within: Step | None = None

    async def transaction(self, body: Callable[[Session], Awaitable[T]]) -> T:
        """Run the steps."""
        step, self.before = self.before, None
        if step is not None:
            await step()

        async def interrupted(session: Session) -> T:
            result = await body(session)
            step, self.within = self.within, None
            if step is not None:
                await step()
            return result

        return await super().transaction(interrupted)


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice whose transactions can be interrupted."""
    return await open_practice(InterruptedStore(store.database.client, store.database.name))


def interrupted(small: SmallPractice) -> InterruptedStore:
    """Return the practice's store."""
    assert isinstance(small.store, InterruptedStore)
    return small.store


def end_at(monkeypatch: pytest.MonkeyPatch, where: object, name: str) -> None:
    """End the process where this would be called."""

    async def ended(*_arguments: object, **_details: object) -> object:
        raise ProcessEnded

    monkeypatch.setattr(where, name, ended)


async def settle(small: SmallPractice, now: datetime = A_MINUTE_LATER) -> int:
    """Settle as the worker does."""
    return await settle_changes.settle_changes(small.store, now=now)


async def edit(small: SmallPractice, wanted: Client) -> Client:
    """Edit as the practice scheduler."""
    return await edit_client(small.store, small.priya, wanted, now=NOW)


async def hand_over(small: SmallPractice) -> None:
    """Give Amara to Marcus."""
    await edit(small, replace(small.amara, assigned_staff_ids=(small.marcus.id,)))


async def seen_by(small: SmallPractice, collection: str, identifier: UUID) -> set[UUID]:
    """Return who of staff may see it."""
    return set((await stored(small, collection, identifier))["visible_to"])


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (Requests, "show_to"),
        (Appointments, "show_to"),
        (Requests, "rename_client"),
        (Appointments, "rename_client"),
    ],
)
async def test_an_edit_of_a_client_that_ends_halfway_is_finished(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch, where: type, name: str
) -> None:
    """Wherever that was: new staff see all of it, under the new name."""
    waiting = await small.receive()
    booked = (await book(small, later(days=1))).appointment
    wanted = replace(small.amara, name="Amara Obi", assigned_staff_ids=(small.marcus.id,))

    with monkeypatch.context() as until_then:
        end_at(until_then, where, name)
        with pytest.raises(ProcessEnded):
            await edit(small, wanted)
    assert await settle(small) == 1

    assert await seen_by(small, "requests", waiting) == {small.marcus.id}
    assert await seen_by(small, "appointments", booked.id) == {small.marcus.id, small.dana.id}
    assert (await stored(small, "requests", waiting))["client"]["name"] == "Amara Obi"
    assert (await stored(small, "appointments", booked.id))["client_name"] == "Amara Obi"
    assert await settle(small) == 0


async def test_settling_that_ends_halfway_is_done_again(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change is forgotten only after what follows it."""
    waiting = await small.receive()
    with monkeypatch.context() as until_then:
        end_at(until_then, Requests, "show_to")
        with pytest.raises(ProcessEnded):
            await hand_over(small)
        with pytest.raises(ProcessEnded):
            await settle(small)

    assert await settle(small) == 1

    assert await seen_by(small, "requests", waiting) == {small.marcus.id}


async def test_a_change_is_left_alone_for_a_minute(small: SmallPractice) -> None:
    """Who read what was before may still be writing."""
    await hand_over(small)

    assert await settle(small, A_MINUTE_LATER - timedelta(seconds=1)) == 0
    assert await settle(small, A_MINUTE_LATER) == 1


async def test_an_edit_that_changes_nothing_needs_no_settling(small: SmallPractice) -> None:
    """It is done at once, as before."""
    await edit(small, small.amara)

    assert await settle(small) == 0


async def test_many_changes_are_all_settled(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In several batches, also those of a client who is edited again and again."""
    monkeypatch.setattr(settle_changes, "_BATCH", 2)
    client = small.amara
    for number in range(5):
        client = await edit(small, replace(client, name=f"Amara {number}"))

    assert await settle(small) == 5


@pytest.mark.parametrize("what", ["approved", "booked", "moved"])
async def test_what_was_worked_out_for_the_former_staff_is_shown_to_the_new(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The client changed hands before the writing, and the process ended right after it."""
    request = await small.receive(client_id=None, prospective_client=NEW_CLIENT)
    booked = (await book(small, later(days=1))).appointment
    doing: dict[str, Callable[[], Awaitable[Any]]] = {
        "approved": lambda: approve(small, request, Edits(client_id=small.amara.id)),
        "booked": lambda: book(small, later(days=2)),
        "moved": lambda: move(small, booked, Edits(start=later(days=3))),
    }
    where = approve_request if what == "approved" else change_appointment
    interrupted(small).before = lambda: hand_over(small)

    with monkeypatch.context() as until_then:
        end_at(until_then, where, "recheck")
        with pytest.raises(ProcessEnded):
            await doing[what]()
    await settle(small)

    rows = small.store.database["appointments"].find({"status": "booked"})
    seen = [set(row["visible_to"]) async for row in rows]
    assert seen == [{small.dana.id, small.marcus.id}] * len(seen)


async def test_a_request_written_for_the_former_staff_is_shown_to_the_new(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though its message comes again: by then the record is what it is now."""
    insert_many = small.store.requests.insert_many

    async def written_late(received: Any) -> Any:
        await hand_over(small)
        return await insert_many(received)

    event = small.submission()
    with monkeypatch.context() as until_then:
        until_then.setattr(small.store.requests, "insert_many", written_late)
        end_at(until_then, receive_requests, "recheck")
        with pytest.raises(ProcessEnded):
            await receive_requests.receive_requests(small.store, [event], now=NOW)
    await receive_requests.receive_requests(small.store, [event], now=NOW)
    await settle(small)

    assert await seen_by(small, "requests", event.data.request_id) == {small.marcus.id}


@pytest.mark.parametrize("how", ["moved", "cancelled", "moved by approving"])
async def test_a_request_that_came_in_before_a_commit_is_flagged(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """It was told of the appointment as it was; who changed that ended right after the commit."""
    original = await booked_by_request(small)
    to_move = await ask_about(small, original, RESCHEDULE, start=later(days=1))
    doing: dict[str, Callable[[], Awaitable[Any]]] = {
        "moved": lambda: move(small, original, Edits(start=later(hours=3))),
        "cancelled": lambda: cancel(small, original),
        "moved by approving": lambda: approve(small, to_move),
    }
    came_in: list[UUID] = []

    async def ask() -> None:
        came_in.append(await ask_about(small, original, CANCELLATION))

    interrupted(small).within = ask
    with monkeypatch.context() as until_then:
        end_at(until_then, Requests, "flag_if_changed")
        with pytest.raises(ProcessEnded):
            await doing[how]()
    assert (await stored(small, "requests", came_in[0]))["flags"] == []

    assert await settle(small) == 1

    flag = "original-cancelled" if how == "cancelled" else "original-moved"
    assert (await stored(small, "requests", came_in[0]))["flags"] == [flag]


async def test_what_is_as_it_should_be_stays_untouched(small: SmallPractice) -> None:
    """Settling is no change to anybody's page: not a version rises."""
    waiting = await small.receive()
    original = await booked_by_request(small)
    about = await ask_about(small, original, CANCELLATION)
    await hand_over(small)
    await move(small, original, Edits(start=later(hours=3)))
    ids = {"requests": (waiting, about), "appointments": (original.id,)}
    before = [await stored(small, name, one) for name, some in ids.items() for one in some]

    assert await settle(small) == 2

    after = [await stored(small, name, one) for name, some in ids.items() for one in some]
    assert after == before


async def test_the_worker_settles_by_itself(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was left over when it starts is put right at once, by its own clock."""
    waiting = await small.receive()
    wanted = replace(small.amara, assigned_staff_ids=(small.marcus.id,))
    with monkeypatch.context() as until_then:
        end_at(until_then, Requests, "show_to")
        with pytest.raises(ProcessEnded):
            await edit_client(
                small.store, small.priya, wanted, now=datetime(2020, 1, 1, tzinfo=UTC)
            )
    settler = Settler(small.store)

    async def is_put_right() -> bool:
        return await seen_by(small, "requests", waiting) == {small.marcus.id}

    settler.loop.start()
    await eventually(is_put_right, "the request is shown to Marcus")
    await settler.loop.stop()
