"""The change stream of a real MongoDB, as open pages hear of it (PRODUCT 7 and 8.6)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.mongo.changes import Subject
from services.scheduler.use_cases.show_to_assigned import show_to_assigned
from shared.mongo import Document
from tests.harness.live_practice import LivePractice, follow
from tests.harness.practice import approve, decline


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

    followed = [one for one in await follow(small.store, start) if not one.is_new]

    assert [one.access_changed for one in followed] == [*(yes for _, yes in writes), True]
