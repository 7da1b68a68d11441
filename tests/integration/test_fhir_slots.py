"""Schedules, slots and people over FHIR, from a real database."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from services.scheduler.domain.people import Closure, StaffMember
from services.scheduler.domain.work_schedule import (
    ExceptionKind,
    ScheduleException,
    WeeklyHours,
    WorkSchedule,
)
from services.scheduler.mongo.store import Store
from tests.harness.fhir import check_fhir, entries, link
from tests.harness.practice import SmallPractice, approve, open_practice
from tests.harness.staff_api import StaffApi, open_staff_api, path_of

FHIR = "/fhir/r4"
ZONE = ZoneInfo("America/New_York")
TUESDAY = "2026-12-01"


@dataclass(frozen=True)
class Week:
    """A practice where Dana works from nine to five, Monday to Friday."""

    here: SmallPractice
    api: StaffApi

    async def slots(
        self, actor: StaffMember, *starts: str, **params: str
    ) -> Sequence[dict[str, Any]]:
        """Return Dana's slots, checked."""
        told = [("schedule", f"Schedule/{self.here.dana.id}")]
        told += [("start", start) for start in starts] + list(params.items())
        return entries(await self.api.get(f"{FHIR}/Slot", actor, *told))

    async def book(self, local: str, **asked: Any) -> None:
        """Book 45 minutes of Dana's, by the practice's clock."""
        start = datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)
        await approve(self.here, await self.here.receive(start=start, **asked))


def by_the_clock(slots: Sequence[dict[str, Any]]) -> list[str]:
    """Return slots as the practice's clock has them."""
    return [
        f"{slot['status']} "
        + " ".join(
            f"{datetime.fromisoformat(slot[end]).astimezone(ZONE):%d-%H:%M}"
            for end in ("start", "end")
        )
        for slot in slots
    ]


@pytest.fixture
async def week(store: Store, tmp_path: Path) -> AsyncIterator[Week]:
    """That practice, asked over HTTP."""
    here = await open_practice(store)
    weekly = tuple(WeeklyHours(weekday, time(9), time(17)) for weekday in range(5))
    await store.work_schedules.save(
        WorkSchedule(here.dana.id, here.practice.id, weekly=weekly, buffer_minutes=15)
    )
    async with open_staff_api(store, tmp_path) as api:
        yield Week(here, api)


async def test_a_day_is_told_as_free_and_busy(week: Week) -> None:
    """Work, but for what is booked and the pause after it; alike for everybody on the staff."""
    await week.book(f"{TUESDAY}T10:00")
    await week.book(f"{TUESDAY}T18:00", client_id=week.here.keisha.id)
    await week.book(f"{TUESDAY}T14:00", clinician_id=week.here.marcus.id)

    for actor in (week.here.dana, week.here.marcus, week.here.priya):
        slots = await week.slots(actor, TUESDAY)
        assert by_the_clock(slots) == [
            "free 01-09:00 01-10:00",
            "busy 01-10:00 01-10:45",
            "free 01-11:00 01-17:00",
            "busy 01-18:00 01-18:45",
        ]
        for name in ("Amara", "Keisha", str(week.here.amara.id), str(week.here.keisha.id)):
            assert name not in str(slots)


async def test_a_slot_can_be_read_back_while_it_is_so(week: Week) -> None:
    """By its id; when its beginning is booked away, it is not there any more."""
    free, *_ = before = await week.slots(week.here.dana, TUESDAY)
    for slot in before:
        answer = await week.api.ask("GET", f"{FHIR}/Slot/{slot['id']}", week.here.marcus)
        assert check_fhir(answer.json()) == slot
        assert "ETag" not in answer.headers
    await week.book(f"{TUESDAY}T09:00")

    busy = check_fhir(await week.api.get(f"{FHIR}/Slot/{free['id']}", week.here.dana))
    later = free["id"].replace("T140000Z", "T143000Z")

    assert (busy["status"], busy["start"]) == ("busy", free["start"])
    assert await week.api.status(f"{FHIR}/Slot/{later}", week.here.dana) == 404


async def test_slots_are_the_same_whichever_range_they_are_asked_with(week: Week) -> None:
    """Cut at midnight by the practice's clock, not where the question begins or ends."""
    await week.book("2026-12-02T23:45")
    whole = await week.slots(week.here.dana, "ge2026-12-01", "lt2026-12-05")
    parts = [
        slot
        for day in range(1, 5)
        for half in (f"{day:02}T00:00", f"{day:02}T12:00")
        for slot in await week.slots(
            week.here.dana,
            f"ge2026-12-{half}",
            f"lt2026-12-{day:02}T12:00" if half.endswith("T00:00") else f"le2026-12-{day:02}",
        )
    ]
    assert parts == whole
    assert "busy 02-23:45 03-00:00" in by_the_clock(whole)
    assert "busy 03-00:00 03-00:30" in by_the_clock(whole)
    assert all(
        datetime.fromisoformat(one["end"]) <= datetime.fromisoformat(two["start"])
        for one, two in pairwise(whole)
    )


async def test_days_off_have_no_free_time(week: Week, store: Store) -> None:
    """Weekends, the clinician's own exceptions, closures of the practice; extra hours add."""
    schedule = await store.work_schedules.get(week.here.practice.id, week.here.dana.id)
    off = ScheduleException(ExceptionKind.UNAVAILABLE, date(2026, 12, 2), date(2026, 12, 2))
    extra = ScheduleException(
        ExceptionKind.EXTRA, date(2026, 12, 5), date(2026, 12, 5), time(10), time(12)
    )
    await store.work_schedules.save(replace(schedule, exceptions=(off, extra)))
    closed = (Closure(date(2026, 12, 3), date(2026, 12, 3)),)
    await store.practices.save(replace(week.here.practice, closures=closed))

    assert by_the_clock(await week.slots(week.here.dana, "ge2026-12-01", "le2026-12-06")) == [
        "free 01-09:00 01-17:00",
        "free 04-09:00 04-17:00",
        "free 05-10:00 05-12:00",
    ]


async def test_the_clock_is_the_practices_in_both_halves_of_the_year(week: Week) -> None:
    """Nine in the morning is another instant before a change than after it."""
    spring = await week.slots(week.here.dana, "ge2027-03-12", "le2027-03-15")
    autumn = await week.slots(week.here.dana, "ge2027-11-05", "le2027-11-08")
    assert [slot["start"][11:] for slot in spring] == ["14:00:00Z", "13:00:00Z"]
    assert [slot["start"][11:] for slot in autumn] == ["13:00:00Z", "14:00:00Z"]


async def test_slots_come_by_status_and_in_pages(week: Week) -> None:
    """As every search."""
    await week.book(f"{TUESDAY}T10:00")
    both = await week.slots(week.here.dana, TUESDAY, status="free,busy")
    assert len(both) == 3
    assert [slot["status"] for slot in both] == ["free", "busy", "free"]
    assert await week.slots(week.here.dana, TUESDAY, status="busy") == [both[1]]
    assert await week.slots(week.here.dana, TUESDAY, status="busy-tentative") == []

    params = [("schedule", str(week.here.dana.id)), ("start", TUESDAY), ("_count", "2")]
    first = await week.api.get(f"{FHIR}/Slot", week.here.dana, *params)
    following = link(first, "next")
    assert following is not None
    second = await week.api.get(path_of(following), week.here.dana)
    assert [*entries(first), *entries(second)] == both
    assert link(second, "next") is None


REFUSED: list[tuple[list[tuple[str, str]], int, str]] = [
    ([], 400, "parameter-needed"),
    ([("start", TUESDAY)], 400, "parameter-needed"),
    ([("schedule", "dana")], 400, "parameter-needed"),
    ([("schedule", "dana"), ("start", "ge2026-12-01")], 400, "parameter-needed"),
    ([("schedule", "dana"), ("start", "soon")], 400, "unusable-parameter"),
    ([("schedule", "dana"), ("start", "2026"), ("status", "echo")], 400, "unusable-parameter"),
    ([("schedule", "dana"), ("start", "2026")], 400, "range-too-long"),
    (
        [("schedule", "dana"), ("start", "2026-12-02"), ("start", "2026-12-01")],
        400,
        "range-empty",
    ),
    ([("schedule", str(uuid4())), ("start", TUESDAY)], 404, "calendar-not-found"),
    ([("schedule", "priya"), ("start", TUESDAY)], 404, "calendar-not-found"),
]


async def test_a_search_for_slots_must_say_whose_and_when(week: Week) -> None:
    """Of somebody who can be booked, and at most a hundred days."""
    ids = {"dana": str(week.here.dana.id), "priya": str(week.here.priya.id)}
    for params, status, code in REFUSED:
        told = [(name, ids.get(value, value)) for name, value in params]
        answer = await week.api.ask("GET", f"{FHIR}/Slot", week.here.dana, told)
        issue = check_fhir(answer.json())["issue"][0]
        refused = (answer.status_code, issue["details"]["coding"][0]["code"])
        assert refused == (status, code), params


async def test_a_hundred_days_are_so_where_clocks_change_too(week: Week) -> None:
    """By the calendar: an hour more in autumn does not make it too long."""
    for first in (date(2027, 2, 1), date(2027, 10, 1)):
        ends = f"ge{first}", f"lt{first + timedelta(days=100)}"
        assert await week.slots(week.here.dana, *ends)


async def test_every_clinician_has_a_schedule(week: Week, store: Store) -> None:
    """Who can be booked, and nobody else; another practice has others."""
    here, there = week.here, await open_practice(store)
    told = entries(await week.api.get(f"{FHIR}/Schedule", here.marcus))
    assert [one["id"] for one in told] == [str(here.dana.id), str(here.marcus.id)]
    for one in told:
        assert await week.api.get(f"{FHIR}/Schedule/{one['id']}", here.dana) == one
    of_dana = ("actor", f"Practitioner/{here.dana.id}")
    assert entries(await week.api.get(f"{FHIR}/Schedule", here.priya, of_dana)) == told[:1]
    assert entries(await week.api.get(f"{FHIR}/Schedule", there.priya, of_dana)) == []
    slot = (await week.slots(here.dana, TUESDAY))[0]["id"]
    for path in (f"Schedule/{here.dana.id}", f"Slot/{slot}"):
        assert await week.api.status(f"{FHIR}/{path}", there.priya) == 404
    assert await week.api.status(f"{FHIR}/Schedule/{here.priya.id}", here.dana) == 404
    assert await week.api.status(f"{FHIR}/Schedule/echo", here.dana) == 404
    assert await week.api.status(f"{FHIR}/Slot/echo", here.dana) == 404
    await store.staff.save(replace(here.dana, active=False))
    assert await week.api.status(f"{FHIR}/Schedule/{here.dana.id}", here.priya) == 404
    assert len(entries(await week.api.get(f"{FHIR}/Schedule", here.priya))) == 1
