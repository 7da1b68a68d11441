"""Reads are filtered in the query: what one may not see is not there (PRODUCT 7)."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import ActorNotStaff, RequestNotFound
from services.scheduler.mongo.request_queries import Order, RequestFilter
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.admit_staff import admit_staff
from services.scheduler.use_cases.approve_request import approve_request
from services.scheduler.use_cases.decline_request import decline_request
from services.scheduler.use_cases.list_requests import Total, list_requests
from shared.auth.actors import Role, StaffActor
from shared.schemas.vocabulary import RequestStatus
from tests.harness.practice import NOW, SmallPractice, open_practice


async def listed(
    store: Store, actor: StaffMember, status: RequestStatus = RequestStatus.PENDING
) -> set[UUID]:
    """Return the ids on the actor's list of that status."""
    wanted = RequestFilter(statuses=frozenset({status}))
    page = await list_requests(store, actor, wanted, Order(), after=None, limit=100)
    assert page.total == Total(len(page.requests), is_more=False)
    return {request.id for request in page.requests}


async def test_each_sees_what_is_theirs(store: Store) -> None:
    """The scheduler all of the practice, clinicians their clients', nobody another practice's."""
    here, there = await open_practice(store), await open_practice(store)
    of_amara = await here.receive()
    of_keisha = await here.receive(client_id=here.keisha.id, clinician_id=here.marcus.id)
    elsewhere = await there.receive()

    assert await listed(store, here.priya) == {of_amara, of_keisha}
    assert await listed(store, here.dana) == {of_amara}
    assert await listed(store, here.marcus) == {of_keisha}
    assert await listed(store, there.priya) == {elsewhere}
    as_intern = replace(here.dana, role=Role.INTERN)
    assert await listed(store, as_intern) == {of_amara}


@pytest.mark.parametrize("who", ["marcus", "other practice"])
async def test_what_one_may_not_see_one_cannot_decide(store: Store, who: str) -> None:
    """Approving and declining answer "not there", and nothing changes."""
    here, there = await open_practice(store), await open_practice(store)
    request = await here.receive()
    actors = {
        "marcus": here.marcus,
        "other practice": there.priya,
    }

    with pytest.raises(RequestNotFound):
        await approve_request(store, actors[who], request, Edits(), expected_version=None, now=NOW)
    with pytest.raises(RequestNotFound):
        await decline_request(store, actors[who], request, None, expected_version=None, now=NOW)

    document = await store.database["requests"].find_one({"_id": request})
    assert document is not None
    assert document["status"] == "pending"


async def test_who_is_not_staff_of_the_practice_is_not_admitted(store: Store) -> None:
    """Nobody, a stranger of another practice, a clinician with a better role, one who has left."""
    here, there = await open_practice(store), await open_practice(store)
    gone = replace(here.marcus, active=False)
    await store.staff.save(gone)
    strangers = [
        StaffActor(here.practice.id, "nobody", uuid4(), Role.PRACTICE_SCHEDULER),
        StaffActor(here.practice.id, "priya", there.priya.id, Role.PRACTICE_SCHEDULER),
        StaffActor(here.practice.id, "dana", here.dana.id, Role.PRACTICE_SCHEDULER),
        StaffActor(here.practice.id, "priya", here.priya.id, Role.INTERN),
        StaffActor(here.practice.id, "marcus", gone.id, gone.role),
    ]
    for stranger in strangers:
        with pytest.raises(ActorNotStaff):
            await admit_staff(store, stranger)

    dana = StaffActor(here.practice.id, "dana", here.dana.id, Role.CLINICIAN)
    assert await admit_staff(store, dana) == here.dana


async def test_a_booked_stranger_does_not_open_the_request(store: Store) -> None:
    """Booking an existing client with a clinician not theirs shows that one no requests."""
    here: SmallPractice = await open_practice(store)
    request = await here.receive()
    await approve_request(
        store,
        here.priya,
        request,
        Edits(clinician_id=here.marcus.id),
        expected_version=None,
        now=NOW,
    )

    assert await listed(store, here.marcus, RequestStatus.APPROVED) == set()
    assert await listed(store, here.dana, RequestStatus.APPROVED) == {request}
    appointment = await store.database["appointments"].find_one({})
    assert appointment is not None
    assert set(appointment["visible_to"]) == {here.dana.id, here.marcus.id}
