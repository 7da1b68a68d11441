"""Records that an earlier version wrote are read by this one."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from services.scheduler.domain.email_settings import EmailSettings
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.request_queries import Order, RequestFilter
from services.scheduler.mongo.store import Store
from shared.schemas.vocabulary import RequestStatus
from tests.harness.practice import START, approve, open_practice

_SINCE = {
    "practices": ["version", "locations", "closures", "emails_staff_changes", "emails"],
    "staff": ["version", "active", "email_key"],
    "services": ["version", "active", "fewest_minutes", "most_minutes"],
    "clients": ["version", "email_key", "search", "portal_access", "invitation", "language"],
    "requests": [
        "submitted_by",
        "asked.minutes",
        "follow_up",
        "notification",
        "client.search",
        "client.language",
        "decision.edits.client_id",
        "decision.message",
    ],
    "appointments": ["version", "changed_at", "notification"],
}


async def _forget(store: Store) -> None:
    """Take away what the first version did not write."""
    await store.database["migrations"].delete_many({})
    await store.database["staff"].drop_index("by_email")
    for name, fields in _SINCE.items():
        await store.database[name].update_many({}, {"$unset": dict.fromkeys(fields, "")})


async def test_records_of_the_first_version_are_brought_up_to_date(store: Store) -> None:
    """Every kind of record is read again, names are found, and running it again changes nothing."""
    here = await open_practice(store)
    pending = await here.receive()
    booked = await here.receive(start=START.replace(hour=18))
    await approve(here, booked)
    await _forget(store)

    await migrate(store.database)
    once = await _everything(store)
    await migrate(store.database)

    assert await _everything(store) == once
    assert await store.practices.get(here.practice.id) == here.practice
    assert await store.staff.get(here.practice.id, here.dana.id) == here.dana
    assert await store.services.get(here.practice.id, here.session.id) == here.session
    assert await store.clients.get(here.practice.id, here.amara.id) == here.amara
    # Said in the record, and not only read so where nothing is said.
    assert await store.database["clients"].distinct("portal_access") == ["active"]
    found = await store.requests.find(
        here.priya,
        RequestFilter(statuses=frozenset(RequestStatus), name="ama"),
        Order(),
        after=None,
        limit=10,
    )
    assert {request.id for request in found} == {pending, booked}
    appointment = await store.appointments.get_by_request(booked, here.practice.id)
    assert appointment is not None
    assert appointment.version == 1
    assert appointment.changed_at <= datetime.now(UTC)


async def test_a_practice_that_was_there_keeps_what_it_had_set(store: Store) -> None:
    """Of e-mails there was one switch; a practice that had turned it off has not turned it on."""
    here = await open_practice(store)
    await store.practices.save(replace(here.practice, emails=EmailSettings(staff_changes=False)))
    await store.database["migrations"].delete_one({"_id": "e-mail-settings"})
    await store.database["practices"].update_many({}, {"$unset": {"emails": ""}})
    before = await store.practices.get(here.practice.id)

    await migrate(store.database)

    after = await store.practices.get(here.practice.id)
    assert after == before == replace(here.practice, emails=EmailSettings(staff_changes=False))
    document = await store.database["practices"].find_one({})
    assert document is not None
    assert document["emails"]["language"] == "en"


async def test_a_process_of_the_version_before_may_go_on(store: Store) -> None:
    """What it writes while it does is read, though it lacks what is new."""
    here = await open_practice(store)
    booked = await here.receive()
    await approve(here, booked)
    await store.database["practices"].update_many({}, {"$unset": {"emails": ""}})
    await store.database["clients"].update_many({}, {"$unset": {"language": ""}})
    await store.database["requests"].update_many(
        {}, {"$unset": {"client.language": "", "decision.message": ""}}
    )

    assert await store.practices.get(here.practice.id) == here.practice
    assert await store.clients.get(here.practice.id, here.amara.id) == here.amara
    assert await store.requests.get(here.priya, booked) is not None
    document = await store.database["practices"].find_one({})
    assert document is not None
    assert document["emails_staff_changes"] is True  # which that process reads


async def test_an_index_that_nothing_reads_is_dropped(store: Store) -> None:
    """It would cost every write."""
    await store.database["clients"].create_index([("practice_id", 1), ("search_words", 1)])
    await store.database["clients"].create_index("phone", name=f"own_{uuid4().hex}")

    await migrate(store.database)

    left = await store.database["clients"].index_information()
    assert "practice_id_1_search_words_1" not in left
    assert any(name.startswith("own_") for name in left)


async def _everything(store: Store) -> dict[str, list[object]]:
    return {name: [row async for row in store.database[name].find({})] for name in _SINCE}
