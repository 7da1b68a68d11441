"""The calendar, the To-Do and all that goes with one request: each from an index of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from services.scheduler.domain.appointment import AppointmentStatus
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.request_queries import Order, RequestFilter
from services.scheduler.mongo.store import Store
from shared import mongo
from shared.schemas.vocabulary import RequestStatus
from tests.harness.large_practice import (
    CLIENTS,
    CLINICIANS,
    DANA,
    PRACTICE,
    PRIYA,
    fill_with_appointments,
    fill_with_requests,
)
from tests.harness.practice import NOW
from tests.harness.query_plans import Reading, reading_of, readings_of
from tests.harness.servers import Servers

REQUESTS: Final = 6_000
APPOINTMENTS: Final = 16_000
PAGE: Final = 51
SLACK: Final = 8
WEEK: Final = Interval(NOW - timedelta(days=7), NOW)
ROUNDED: Final = 1.25
"""A week is read from half a day before it."""

BOOKED: Final = frozenset({AppointmentStatus.BOOKED})
TWO: Final = frozenset(CLINICIANS[:2])


@pytest.fixture(scope="module")
async def full(servers: Servers) -> AsyncIterator[Store]:
    """A practice with the requests of three years and the appointments of one."""
    client = mongo.connect(servers.mongodb.url)
    store = Store(client, f"test_{uuid4().hex}")
    await migrate(store.database)
    await fill_with_requests(store, REQUESTS)
    await fill_with_appointments(store, APPOINTMENTS)
    yield store
    await client.drop_database(store.database.name)
    await mongo.close(client)


def name_of(value: object) -> str | None:
    """Name a case."""
    return value.name if isinstance(value, StaffMember) else None


def well_read(reading: Reading) -> None:
    """Check that an index led to the documents, in the order they were wanted in."""
    assert reading.from_index, reading
    assert not reading.sorted_in_memory, reading


@pytest.mark.parametrize("actor", [PRIYA, DANA], ids=name_of)
@pytest.mark.parametrize("clinicians", [None, frozenset({DANA.id}), TWO], ids=["all", "one", "two"])
async def test_a_week_of_the_calendar_reads_that_week(
    full: Store, actor: StaffMember, clinicians: frozenset[UUID] | None
) -> None:
    """Of everybody, of one clinician and of two: appointments, and what waits."""
    wanted = AppointmentFilter(within=WEEK, clinician_ids=clinicians, statuses=BOOKED)
    call = full.appointments.find(actor, wanted, limit=10_000)
    reading, found = await reading_of(full.database, "appointments", call)
    well_read(reading)
    assert len(found) > 8
    assert reading.keys <= ROUNDED * len(found) + SLACK

    waiting = full.requests.pending_within(actor, WEEK, clinicians, limit=10_000)
    reading, requests = await reading_of(full.database, "requests", waiting)
    well_read(reading)
    assert len(requests) > 0
    assert reading.documents == len(requests)
    assert reading.keys <= len(requests) + SLACK


@pytest.mark.parametrize("actor", [PRIYA, DANA], ids=name_of)
@pytest.mark.parametrize("skipped", [0, 3 * PAGE])
@pytest.mark.parametrize(
    "wanted",
    [
        AppointmentFilter(),
        AppointmentFilter(clinician_ids=frozenset({DANA.id})),
        AppointmentFilter(clinician_ids=TWO),
        AppointmentFilter(within=Interval(NOW - timedelta(days=300), NOW)),
        AppointmentFilter(statuses=BOOKED),
    ],
    ids=["all", "a clinician", "two clinicians", "a range", "booked"],
)
async def test_a_page_of_appointments_reads_little_more_than_itself(
    full: Store, actor: StaffMember, skipped: int, wanted: AppointmentFilter
) -> None:
    """The first and a later one alike."""
    whole = await full.appointments.find(actor, wanted, limit=skipped + PAGE)
    after = (whole[skipped - 1].booking.start, whole[skipped - 1].id) if skipped else None
    call = full.appointments.find(actor, wanted, after=after, limit=PAGE)

    reading, page = await reading_of(full.database, "appointments", call)

    well_read(reading)
    assert len(page) == PAGE
    assert page == whole[skipped:]
    assert reading.keys <= ROUNDED * PAGE + SLACK


@pytest.mark.parametrize("actor", [PRIYA, DANA], ids=name_of)
async def test_a_clients_appointments_are_found_by_client(full: Store, actor: StaffMember) -> None:
    """What a review shows beside the request, and the warning of a double booking."""
    for within in (None, Interval(NOW - timedelta(days=180), NOW + timedelta(days=731))):
        wanted = AppointmentFilter(within=within, client_id=CLIENTS[0], statuses=BOOKED)
        call = full.appointments.find(actor, wanted, limit=50)
        reading, found = await reading_of(full.database, "appointments", call)
        well_read(reading)
        assert len(found) > 1
        assert reading.keys <= APPOINTMENTS / len(CLIENTS) + SLACK


@pytest.mark.parametrize("actor", [PRIYA, DANA], ids=name_of)
async def test_what_is_in_the_way_is_found_by_clinician(full: Store, actor: StaffMember) -> None:
    """Half a day of one clinician is read, and then who may see what of it by id."""
    morning = Interval(NOW - timedelta(hours=11), NOW)
    call = full.appointments.overlapping(actor, DANA.id, morning)

    readings, found = await readings_of(full.database, "appointments", call)

    assert len(found) > 0
    assert len(readings) == 2
    for reading in readings:
        assert reading.keys <= 20
        assert "COLLSCAN" not in reading.plan


@pytest.mark.parametrize("actor", [PRIYA, DANA], ids=name_of)
async def test_the_to_do_reads_what_is_to_do(full: Store, actor: StaffMember) -> None:
    """Of thousands of declined requests and told clients, the open ones of the practice."""
    declined = await full.database["requests"].count_documents({"follow_up.done": False})
    failed = await full.database["appointments"].count_documents({"notification.status": "failed"})
    assert declined > 100
    assert failed > 100

    follow_ups = full.requests.to_follow_up(actor, limit=200)
    reading, found = await reading_of(full.database, "requests", follow_ups)
    well_read(reading)
    assert len(found) > 10
    assert reading.keys <= min(declined, 200 if actor is PRIYA else declined) + SLACK

    unheard = await full.database["requests"].count_documents(
        {"status": "declined", "notification.status": "failed"}
    )
    assert unheard > 20
    messages = full.requests.with_failed_message(actor, limit=200)
    reading, told = await reading_of(full.database, "requests", messages)
    well_read(reading)
    assert len(told) > 1
    assert reading.keys <= unheard + SLACK

    emails = full.appointments.with_failed_email(actor, limit=200)
    reading, told = await reading_of(full.database, "appointments", emails)
    well_read(reading)
    assert len(told) > 10
    assert reading.keys <= failed + SLACK


async def test_who_else_wants_the_time_is_found_by_clinician(full: Store) -> None:
    """Half a day of one clinician's pending requests."""
    pending = RequestFilter(statuses=frozenset({RequestStatus.PENDING}))
    (request, *_) = await full.requests.find(PRIYA, pending, Order(), after=None, limit=1)
    assert request.asked.interval is not None
    assert request.asked.clinician_id is not None
    call = full.requests.wanting(
        request, request.asked.interval, request.asked.clinician_id, limit=20
    )

    reading, _ = await reading_of(full.database, "requests", call)

    well_read(reading)
    assert reading.keys <= SLACK


async def test_single_things_are_found_at_once(full: Store) -> None:
    """By request, by client, by appointment, by likeness."""
    document = await full.database["appointments"].find_one({})
    assert document is not None
    (request_id,) = document["request_ids"]
    calls: list[tuple[str, Callable[[], Awaitable[Any]]]] = [
        ("appointments", lambda: full.appointments.get_by_request(request_id, PRACTICE)),
        ("history", lambda: full.history.of_request(PRACTICE, request_id)),
        ("history", lambda: full.history.of_appointment(PRACTICE, document["_id"])),
        ("withdrawals", lambda: full.withdrawals.of_requests([request_id])),
        (
            "clients",
            lambda: full.clients.resembling(
                PRACTICE, email="a@example.org", name="A", birth_date=date(1990, 1, 1)
            ),
        ),
    ]
    for collection, call in calls:
        reading, _ = await reading_of(full.database, collection, call())
        assert reading.from_index, (collection, reading)
        assert reading.keys <= 2, (collection, reading)


@pytest.mark.parametrize("actor", [PRIYA, DANA], ids=name_of)
async def test_what_approving_reads_is_a_few_keys_of_each(full: Store, actor: StaffMember) -> None:
    """The request, and all that it leads to: nothing of other clients, or of other times."""
    waiting = RequestFilter(statuses=frozenset({RequestStatus.PENDING}), clinician_id=DANA.id)
    (request, *_) = await full.requests.find(actor, waiting, Order(), after=None, limit=1)
    late = NOW - timedelta(days=14)
    booked = AppointmentFilter(clinician_ids=frozenset({DANA.id}), starts_from=late)
    (other, *_) = await full.appointments.find(actor, booked, limit=1)
    edits = Edits(start=other.booking.start, client_id=other.client_id)

    call = full.approval_records.read(actor, request.id, edits)
    (reading, *more), records = await readings_of(full.database, "requests", call)

    assert not more
    assert records is not None
    assert other.id in {one.id for one in records.appointments}
    well_read(reading)
    assert reading.documents <= len(records.appointments) + SLACK
