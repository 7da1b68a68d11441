"""An assignment that changes while a request of that client is approved is never forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.mongo.store import Store, T
from services.scheduler.use_cases.approve_request import approve_request
from services.scheduler.use_cases.show_to_assigned import show_to_assigned
from shared.mongo import Session
from shared.schemas.request_submitted import ProspectiveClient
from tests.harness.polling import eventually
from tests.harness.practice import NOW, SmallPractice, open_practice

SOMEBODY = ProspectiveClient(
    name="Amara Okafor",
    birth_date=date(1990, 5, 17),
    email="amara.okafor@example.org",
    phone="+1 212 555 0111",
)

Step = Callable[[], Awaitable[None]]


class InterruptedStore(Store):
    """Does something just before a transaction begins, or when all of it is written but commit."""

    before: Step | None = None
    within: Step | None = None

    async def transaction(self, body: Callable[[Session], Awaitable[T]]) -> T:
        """Run the steps once each."""
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
async def interrupted(store: Store) -> InterruptedStore:
    """The same database, with steps in between."""
    return InterruptedStore(store.database.client, store.database.name)


async def reassign(small: SmallPractice) -> None:
    """Give Amara to Marcus in place of Dana, as ADR 0005 says."""
    client = replace(small.amara, assigned_staff_ids=(small.marcus.id,), version=2)
    await small.store.clients.save(client)
    await show_to_assigned(small.store, client)


async def seen_by(store: Store, collection: str, query: dict[str, Any]) -> set[UUID]:
    """Return who may see a document."""
    document = await store.database[collection].find_one(query)
    assert document is not None
    return set(document["visible_to"])


async def approve(
    small: SmallPractice, store: Store, request_id: UUID, edits: Edits | None = None
) -> None:
    """Approve as the practice scheduler."""
    await approve_request(
        store, small.priya, request_id, edits or Edits(), expected_version=None, now=NOW
    )


async def require_shown_to_marcus(
    small: SmallPractice, request_id: UUID, *, asked_for: frozenset[UUID] = frozenset()
) -> None:
    """See that the request is Marcus's, and the appointment his and its own clinician's."""
    of_request = await seen_by(small.store, "requests", {"_id": request_id})
    assert of_request == {small.marcus.id, *asked_for}
    appointment = {"request_ids": request_id}
    expected = {small.marcus.id, small.dana.id}
    assert await seen_by(small.store, "appointments", appointment) == expected


async def test_an_assignment_changed_before_the_writing_is_found(
    interrupted: InterruptedStore,
) -> None:
    """What was read of the client is old by then; the request itself says so."""
    small = await open_practice(interrupted)
    request = await small.receive()
    interrupted.before = lambda: reassign(small)

    await approve(small, interrupted, request)

    await require_shown_to_marcus(small, request)


async def test_an_assignment_changed_during_the_writing_waits_for_it(
    interrupted: InterruptedStore,
) -> None:
    """It writes the client's requests first, and cannot pass the one that is being decided."""
    small = await open_practice(interrupted)
    request = await small.receive()
    changing: list[asyncio.Task[None]] = []

    async def change_meanwhile() -> None:
        changing.append(asyncio.create_task(reassign(small)))
        await eventually(lambda: is_held_up(interrupted), "the change meets the decision")

    interrupted.within = change_meanwhile

    await approve(small, interrupted, request)
    await asyncio.gather(*changing)

    await require_shown_to_marcus(small, request)


async def test_an_assignment_changed_before_a_new_client_is_chosen_is_found(
    interrupted: InterruptedStore,
) -> None:
    """The request of somebody new is not among the client's until it is approved."""
    small = await open_practice(interrupted)
    request = await small.receive(client_id=None, prospective_client=SOMEBODY)
    interrupted.before = lambda: reassign(small)

    await approve(small, interrupted, request, Edits(client_id=small.amara.id))

    await require_shown_to_marcus(small, request, asked_for=frozenset({small.dana.id}))


async def is_held_up(store: Store) -> bool:
    """Say whether an update of requests has met the writes of a transaction that is not over."""
    meeting = {"ns": f"{store.database.name}.requests", "writeConflicts": {"$gt": 0}}
    told = await store.database.client.admin.command({"currentOp": 1, **meeting})
    return bool(told["inprog"])
