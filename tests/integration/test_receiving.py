"""Taking requests in: once each, many at a time, with what does not fit flagged and kept."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.receive_requests import receive_requests
from shared.mongo import Document
from shared.schemas.vocabulary import RequestType
from tests.harness.practice import NOW, START, SmallPractice, later, open_practice
from tests.harness.staff_day import book


async def stored(small: SmallPractice, request: UUID) -> Document:
    """Return a request's document."""
    document = await small.store.database["requests"].find_one({"_id": request})
    assert document is not None
    return document


async def test_a_group_is_taken_in_together_and_each_is_told_apart(small: SmallPractice) -> None:
    """New ones, a repetition, one twice in the group, and one of an unknown practice."""
    known = small.submission()
    await receive_requests(small.store, [known], now=NOW)
    twice = small.submission()
    stray = small.submission(practice_id=uuid4())
    group = [small.submission(), known, twice, stray, twice, small.submission()]

    reasons = await receive_requests(small.store, group, now=NOW)

    assert reasons == [None, None, None, "unknown-practice", None, None]
    assert await small.store.database["requests"].count_documents({}) == 4
    assert (await stored(small, known.data.request_id))["flags"] == []


async def test_the_same_id_with_other_content_keeps_the_first_and_flags_it(
    small: SmallPractice,
) -> None:
    """A reused key changes nothing that was asked for; staff see that something was odd."""
    request = await small.receive()

    await small.receive(request_id=request, start=later(days=1))

    document = await stored(small, request)
    assert document["asked"]["start"] == START
    assert document["flags"] == ["key-reused-with-other-content"]
    assert await small.store.database["requests"].count_documents({}) == 1


async def test_another_practice_cannot_touch_a_request_by_its_id(
    small: SmallPractice, store: Store
) -> None:
    """The same id from another practice neither replaces nor flags."""
    other = await open_practice(store)
    request = await small.receive()

    await other.receive(request_id=request, start=later(days=1))

    document = await stored(small, request)
    assert (document["practice_id"], document["flags"]) == (small.practice.id, [])


async def test_what_does_not_fit_is_flagged_and_kept(small: SmallPractice) -> None:
    """Unknown client, service, clinician, original; a time that is over on arrival."""
    nobody = uuid4()
    cases = {
        "client-unknown": await small.receive(client_id=nobody),
        "service-unknown": await small.receive(service_id=nobody),
        "clinician-unknown": await small.receive(clinician_id=nobody),
        "original-unknown": await small.receive(
            request_type=RequestType.CANCELLATION, appointment_id=nobody
        ),
        "arrived-past-its-time": await small.receive(start=NOW - timedelta(minutes=1)),
    }
    for flag, request in cases.items():
        document = await stored(small, request)
        assert (flag, document["flags"], document["status"]) == (flag, [flag], "pending")


async def test_records_of_another_practice_are_as_good_as_unknown(
    small: SmallPractice, store: Store
) -> None:
    """A token of one practice that names another's client, clinician and service."""
    other = await open_practice(store)

    request = await small.receive(
        client_id=other.amara.id, clinician_id=other.dana.id, service_id=other.session.id
    )

    document = await stored(small, request)
    assert document["flags"] == ["client-unknown", "clinician-unknown", "service-unknown"]
    assert document["client"]["name"] == "Unknown client"
    assert document["visible_to"] == []


async def test_who_may_see_it_is_decided_on_arrival(small: SmallPractice) -> None:
    """The client's own clinicians, not the one asked for; for a new client the one asked for."""
    who = {
        "name": "Wren",
        "birth_date": "1991-05-06",
        "email": "wren@example.org",
        "phone": "+1 212 555 0199",
    }
    cases = [
        (await small.receive(clinician_id=small.marcus.id), [small.dana.id]),
        (await small.receive(client_id=None, prospective_client=who), [small.dana.id]),
        (await small.receive(client_id=None, prospective_client=who, clinician_id=None), []),
    ]
    for request, expected in cases:
        assert (await stored(small, request))["visible_to"] == expected


async def test_a_reschedule_that_says_no_more_wants_what_was_booked(small: SmallPractice) -> None:
    """The same service, with the same clinician, as long; and the original as it is now."""
    await small.store.services.save(replace(small.session, minutes=30))
    booked = (await book(small, clinician=small.marcus, details=Edits(minutes=50))).appointment

    request = await small.receive(
        request_type=RequestType.RESCHEDULE,
        appointment_id=booked.id,
        start=later(days=1),
        service_id=None,
        clinician_id=None,
    )

    asked = (await stored(small, request))["asked"]
    assert (asked["service_id"], asked["minutes"]) == (small.session.id, 50)
    assert (asked["clinician_id"], asked["clinician_name"]) == (small.marcus.id, "Marcus")
    assert (asked["appointment_id"], asked["original_start"]) == (booked.id, START)


async def test_a_request_is_as_long_as_its_service(small: SmallPractice) -> None:
    """For the calendar; of a service nobody knows, nobody knows how long."""
    known, unknown = await small.receive(), await small.receive(service_id=uuid4())
    assert (await stored(small, known))["asked"]["minutes"] == 45
    assert (await stored(small, unknown))["asked"]["minutes"] is None


async def test_what_lists_look_for_is_kept_with_the_request(small: SmallPractice) -> None:
    """The client's name by its beginnings, the time it is about, and who sent it."""
    request = await small.receive(submitted_by="amara")
    late = await small.receive(start=NOW - timedelta(days=3))

    document = await stored(small, request)
    assert document["client"]["search"]["beginnings"] == ["a", "am", "ama", "amar", "amara"]
    assert (document["relevant_time"], document["submitted_by"]) == (START, "amara")
    assert (await stored(small, late))["relevant_time"] == NOW


async def test_a_group_with_many_of_one_client_rechecks_each(small: SmallPractice) -> None:
    """Forty requests of two clients in one write: each is seen by its own clinician."""
    group = [
        small.submission(client_id=(small.amara if n % 2 else small.keisha).id) for n in range(40)
    ]

    assert await receive_requests(small.store, group, now=NOW) == [None] * 40

    for number, event in enumerate(group):
        expected = small.dana.id if number % 2 else small.marcus.id
        assert (await stored(small, event.data.request_id))["visible_to"] == [expected]
