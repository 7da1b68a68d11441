"""What the portal is told to be open, from the records of a real store (PRODUCT 1.1, 2)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import Closure
from services.scheduler.domain.portal_settings import ClinicianOffer
from services.scheduler.domain.refusals import AppointmentNotFound, NotOffered
from services.scheduler.use_cases.find_availability import (
    LookedFor,
    find_availability,
    wanted_of,
)
from services.scheduler.use_cases.portal_policy import open_portal_for
from shared.auth.actors import ClientActor, PortalActor, ProspectiveClientActor
from shared.portal.policy import Audience
from shared.schemas.vocabulary import RequestType
from tests.harness.portal_practice import WREN, hours_of, open_portal_of
from tests.harness.practice import NOW, START, SmallPractice, later
from tests.harness.query_plans import readings_of
from tests.harness.staff_day import book

NINE = START - timedelta(hours=1)
DAY = Interval(START - timedelta(hours=10), START + timedelta(hours=14))


async def open_to(
    small: SmallPractice, actor: PortalActor | None = None, **asked: Any
) -> list[tuple[str, int]]:
    """Return the open times of a day as minutes after nine, and how many may be asked then."""
    actor = actor or ClientActor(small.practice.id, "amara", small.amara.id)
    wanted = LookedFor(
        **{
            "service_id": small.session.id,
            "clinician_id": None,
            "appointment_id": None,
            "within": DAY,
            **asked,
        }
    )
    portal = await open_portal_for(
        small.store,
        actor,
        small.practice.slug,
        service_id=wanted.service_id,
        clinician_id=wanted.clinician_id,
    )
    found = await find_availability(
        small.store,
        portal.practice,
        portal.policy,
        await wanted_of(small.store, actor, portal.policy, wanted, now=NOW),
        now=NOW,
    )
    return [(str(slot.start - NINE)[:-3], len(slot.clinician_ids)) for slot in found]


async def test_any_clinician_is_whoever_is_free(small: SmallPractice) -> None:
    """A slot with one of the two booked is open with the other."""
    await open_portal_of(small)
    await book(small)
    found = dict(await open_to(small))
    assert (found["0:00"], found["1:00"], found["1:45"]) == (2, 1, 2)
    assert "1:00" not in dict(await open_to(small, clinician_id=small.dana.id))


async def test_new_clients_see_who_accepts_them_and_nobody_sees_a_closed_portal(
    small: SmallPractice,
) -> None:
    """Marcus takes no new clients; a portal that is off, or not for them, has no open times."""
    portal = ProspectiveClientActor(small.practice.id, "portal")
    await open_portal_of(small)
    assert dict(await open_to(small, portal))["0:00"] == 1
    assert await open_to(small, portal, clinician_id=small.marcus.id) == []
    await open_portal_of(small, audience=Audience.EXISTING)
    assert await open_to(small, portal) == []
    await open_portal_of(small, is_open=False)
    assert await open_to(small) == []


async def test_what_waits_holds_its_time_if_the_practice_says_so(small: SmallPractice) -> None:
    """For everybody, who asked included; decided, it holds nothing."""
    await open_portal_of(small)
    await small.receive(client_id=small.keisha.id)
    await small.receive(client_id=None, prospective_client=WREN, start=later(hours=2))
    dana: dict[str, Any] = {"clinician_id": small.dana.id}
    times = dict(await open_to(small, **dana))
    assert "1:00" not in times
    assert "0:30" not in times
    assert "3:00" not in times
    assert "1:45" in times
    await open_portal_of(small, pending_holds_slot=False)
    assert "1:00" in dict(await open_to(small, **dana))


async def test_hours_buffers_closures_notice_and_horizon_all_count(small: SmallPractice) -> None:
    """A buffer on both sides of what is booked; no time on a closed day, too soon or too far."""
    await open_portal_of(small)
    await small.store.work_schedules.save(
        hours_of(small.dana, buffer_minutes=20, slot_step_minutes=30)
    )
    await book(small, START + timedelta(minutes=15))
    dana: dict[str, Any] = {"clinician_id": small.dana.id}
    assert [time for time, _ in await open_to(small, **dana)][:3] == ["0:00", "2:30", "3:00"]
    minutes = int((START - NOW).total_seconds()) // 60
    await open_portal_of(small, scheduling_notice_minutes=minutes + 240)
    assert (await open_to(small, **dana))[0][0] == "5:00"
    await open_portal_of(small, horizon_days=2)
    assert await open_to(small, **dana) == []
    await open_portal_of(small)
    day = date(2026, 12, 1)
    await small.store.practices.save(replace(small.practice, closures=(Closure(day, day),)))
    assert await open_to(small) == []


async def test_an_appointment_to_be_moved_is_in_nobodys_way(small: SmallPractice) -> None:
    """Its own time is open again for it, and what waits of the client; the service may be gone."""
    await open_portal_of(small, services=(), clinicians=())
    booked = (await book(small)).appointment
    await small.receive(
        request_type=RequestType.RESCHEDULE, appointment_id=booked.id, start=later(hours=2)
    )
    await small.receive(client_id=small.keisha.id, start=later(hours=4))
    times = dict(await open_to(small, service_id=None, appointment_id=booked.id))
    assert {"1:00", "1:15", "3:00"} <= set(times)
    assert "5:00" not in times
    with pytest.raises(NotOffered):
        await open_to(small)


@pytest.mark.parametrize("whose", ["another's", "none", "over", "a new client's"])
async def test_only_ones_own_upcoming_appointment_can_be_moved(
    small: SmallPractice, whose: str
) -> None:
    """Whatever else it is, it is not there."""
    await open_portal_of(small)
    theirs = (await book(small, client=small.keisha)).appointment.id
    own = (await book(small, later(days=1))).appointment.id
    actor: PortalActor = ClientActor(small.practice.id, "amara", small.amara.id)
    if whose == "over":
        await small.store.database["appointments"].update_one(
            {"_id": own}, {"$set": {"start": NOW - timedelta(hours=1)}}
        )
    if whose == "a new client's":
        actor = ProspectiveClientActor(small.practice.id, "portal")
    named = {"another's": theirs, "none": uuid4(), "over": own, "a new client's": own}[whose]
    with pytest.raises(AppointmentNotFound):
        await open_to(small, actor, service_id=None, appointment_id=named)


@pytest.mark.parametrize(
    ("day", "first"),
    [(date(2027, 3, 14), "13:00"), (date(2027, 11, 7), "14:00")],
)
async def test_nine_is_nine_on_the_days_of_a_clock_change(
    small: SmallPractice, day: date, first: str
) -> None:
    """In the practice's zone; `first` is UTC."""
    await open_portal_of(small, horizon_days=500)
    noon = datetime(day.year, day.month, day.day, 16, tzinfo=NOW.tzinfo)
    within = Interval(noon - timedelta(hours=12), noon + timedelta(hours=12))
    (time, _), *_ = await open_to(small, within=within)
    begins = datetime(day.year, day.month, day.day, int(first[:2]), tzinfo=NOW.tzinfo)
    assert time == str(begins - NINE)[:-3]


async def test_it_reads_the_clinician_and_the_days_asked_for_and_nothing_else(
    small: SmallPractice,
) -> None:
    """Two hundred others, years of the past and what they hold: not a key of theirs is read."""
    await open_portal_of(small)
    await book(small)
    await small.receive(start=later(hours=2))
    dana: dict[str, Any] = {"clinician_id": small.dana.id}
    before = await _documents_read(small, **dana)

    others = [uuid4() for _ in range(200)]
    days = [
        {
            "_id": f"{clinician}:{day.isoformat()}",
            "practice_id": small.practice.id,
            "clinician_id": clinician,
            "day": datetime(day.year, day.month, day.day),  # noqa: DTZ001  a date
            "busy": [],
        }
        for clinician, day in [
            *((other, START.date()) for other in others),
            *((small.dana.id, START.date() - timedelta(days=9 * n)) for n in range(1, 400)),
        ]
    ]
    await small.store.database["calendar_days"].insert_many(days)
    schedules = [hours_of(replace(small.dana, id=other)) for other in others]
    for schedule in schedules[:20]:
        await small.store.work_schedules.save(schedule)
    await open_portal_of(
        small,
        clinicians=tuple(
            ClinicianOffer(one, accepts_new_clients=True) for one in (small.dana.id, *others)
        ),
    )
    for other in others:
        member = replace(small.marcus, id=other, email=f"{other}@example.org")
        await small.store.staff.save(member)
    row = await small.store.database["requests"].find_one({})
    assert row is not None
    await small.store.database["requests"].insert_many(
        [
            {**row, "_id": uuid4(), **change}
            for n in range(1, 200)
            for change in (
                {"relevant_time": START - timedelta(days=9 * n), "status": "approved"},
                {"asked": {**row["asked"], "clinician_id": others[n]}},
            )
        ]
    )

    assert await _documents_read(small, **dana) == before
    assert before["calendar_days"] <= 3
    assert before["requests"] == 1


async def _documents_read(small: SmallPractice, **asked: Any) -> dict[str, int]:
    read = {}
    for collection in ("calendar_days", "requests", "work_schedules", "staff", "services"):
        found, _ = await readings_of(small.store.database, collection, open_to(small, **asked))
        read[collection] = sum(max(one.documents, one.returned) for one in found)
        assert all(one.from_index or one.plan == "IDHACK" for one in found)
    return read
