"""Sharing a calendar: who may, what is in it, and that an address that ended is of no use."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from icalendar import Calendar

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED, Confirmed
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import CalendarFeedNotFound
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.book_appointment import NewBooking, book_appointment
from services.scheduler.use_cases.cancel_appointment import cancel_appointment
from services.scheduler.use_cases.move_appointment import move_appointment
from services.scheduler.use_cases.read_shared_calendar import read_shared_calendar
from services.scheduler.use_cases.share_calendar import share_calendar
from shared.auth.actors import Role
from tests.harness.practice import SmallPractice, open_practice
from tests.harness.staff_api import StaffApi, open_staff_api, path_of

NOON = datetime.now(UTC).replace(hour=17, minute=0, second=0, microsecond=0)
"""Today: what calendars read is around the day on which they do."""


@dataclass(frozen=True)
class Shared:
    """A small practice, asked over HTTP, and its calendars."""

    here: SmallPractice
    api: StaffApi

    def path(self, member: StaffMember) -> str:
        """Return where a member's feed is dealt with."""
        return f"/v1/staff/{member.id}/calendar-feed"

    async def share(self, member: StaffMember, actor: StaffMember | None = None) -> str:
        """Share a calendar and return where it is read."""
        answer = await self.api.ask("POST", self.path(member), actor or member)
        assert answer.status_code == 201, answer.text
        return path_of(answer.json()["url"])

    async def read(self, path: str, tag: str | None = None) -> httpx.Response:
        """Read a calendar as a calendar does: without a token, with the tag it has."""
        headers = {} if tag is None else {"If-None-Match": tag}
        return await self.api.ask("GET", path, None, headers=headers)

    async def starts(self, path: str) -> list[datetime]:
        """Return when the events of a calendar begin."""
        answer = await self.read(path)
        assert answer.status_code == 200
        events: list[Any] = list(Calendar.from_ical(answer.content).walk("VEVENT"))
        return [event["DTSTART"].dt.astimezone(UTC) for event in events]

    async def book(self, start: datetime, clinician: StaffMember | None = None) -> UUID:
        """Book Amara, by default with Dana; the past, too."""
        here = self.here
        changed = await book_appointment(
            here.store,
            here.priya,
            NewBooking(
                here.amara.id,
                (clinician or here.dana).id,
                here.session.id,
                start,
                Edits(alert="alert-for-staff"),
            ),
            confirmed=Confirmed(overlap=True),
            idempotency_key=None,
            correlation_id="c",
            now=start - timedelta(days=1),
        )
        return changed.appointment.id


@pytest.fixture
async def shared(store: Store, tmp_path: Path) -> AsyncIterator[Shared]:
    """That practice."""
    here = await open_practice(store)
    async with open_staff_api(store, tmp_path) as api:
        yield Shared(here, api)


async def test_a_clinician_shares_their_own_calendar(shared: Shared) -> None:
    """The address is told once; what it leads to is theirs alone."""
    dana = shared.here.dana
    before = await shared.api.get(shared.path(dana), dana)
    assert before == {"is_shared": False, "since": None}
    await shared.book(NOON)
    await shared.book(NOON + timedelta(hours=2), shared.here.marcus)

    answer = await shared.api.ask("POST", shared.path(dana), dana)

    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert re.fullmatch(r"http://staff\.example\.org/calendars/[A-Za-z0-9_-]{43}\.ics", told["url"])
    assert await shared.starts(path_of(told["url"])) == [NOON]
    after = await shared.api.get(shared.path(dana), dana)
    assert after["is_shared"] is True
    since = datetime.fromisoformat(told["since"]) - datetime.fromisoformat(after["since"])
    assert timedelta(0) <= since < timedelta(milliseconds=1)  # which is all that is kept
    assert "url" not in after


async def test_what_is_read_is_a_calendar_that_nobody_keeps(shared: Shared) -> None:
    """Its type, its headers, and of the client the initial alone."""
    await shared.book(NOON)
    answer = await shared.read(await shared.share(shared.here.dana))

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert re.fullmatch('"[0-9a-f]{64}"', answer.headers["ETag"])
    assert "SUMMARY:A: Therapy Session" in answer.text
    for secret in ("Amara", "alert", "90834", "example.org", str(shared.here.amara.id)):
        assert secret not in answer.text


async def test_only_the_hash_of_the_secret_is_kept(shared: Shared, store: Store) -> None:
    """Who reads the database cannot read the calendar."""
    path = await shared.share(shared.here.dana)
    secret = path.removeprefix("/calendars/").removesuffix(".ics")
    documents = [row async for row in store.database["calendar_feeds"].find({})]

    assert len(documents) == 1
    assert secret not in str(documents)
    assert documents[0]["_id"] == shared.here.dana.id
    assert len(documents[0]["secret_sha256"]) == 64


async def test_a_new_address_ends_the_old_one_and_ending_it_ends_it(shared: Shared) -> None:
    """One address for each clinician at a time; ending it again is no fault."""
    dana, marcus = shared.here.dana, shared.here.marcus
    of_marcus = await shared.share(marcus)
    old = await shared.share(dana)
    new = await shared.share(dana)
    assert old != new
    assert ((await shared.read(old)).status_code, (await shared.read(new)).status_code) == (
        404,
        200,
    )
    for _ in range(2):
        ended = await shared.api.ask("DELETE", shared.path(dana), dana)
        assert (ended.status_code, ended.content) == (204, b"")
        answer = await shared.read(new)
        assert answer.status_code == 404
        assert answer.json()["type"] == "urn:openchair:problem:calendar-feed-not-found"
    assert (await shared.api.get(shared.path(dana), dana))["is_shared"] is False
    assert (await shared.read(of_marcus)).status_code == 200


async def test_who_may_share_whose(shared: Shared, store: Store) -> None:
    """One's own, and a practice scheduler everybody's; other practices see nobody here."""
    here, there = shared.here, await open_practice(store)
    ines = replace(here.marcus, id=uuid4(), name="Ines", email="ines@example.org", role=Role.INTERN)
    await store.staff.save(ines)
    cases = [
        (here.dana, here.dana, 201),
        (ines, ines, 201),
        (here.priya, here.dana, 201),
        (here.priya, ines, 201),
        (here.marcus, here.dana, 403),
        (ines, here.dana, 403),
        (here.dana, here.priya, 403),
        (there.priya, here.dana, 404),
        (there.dana, here.dana, 404),
        (here.priya, here.priya, 404),  # nobody can book her: there is no calendar
        (None, here.dana, 401),
    ]
    for actor, whose, expected in cases:
        path = shared.path(whose)
        answer = await shared.api.ask("POST", path, actor)
        assert answer.status_code == expected, (actor, whose)
        if whose is not here.priya:
            reading = 200 if expected == 201 else expected
            assert await shared.api.status(path, actor) == reading
            ending = 204 if expected == 201 else expected
            assert (await shared.api.ask("DELETE", path, actor)).status_code == ending
    unknown = f"/v1/staff/{uuid4()}/calendar-feed"
    assert await shared.api.status(unknown, here.priya) == 404


async def test_who_has_left_shares_nothing(shared: Shared, store: Store) -> None:
    """Nor who cannot be booked any more; a scheduler can still end it."""
    here = shared.here
    path = await shared.share(here.dana)
    for changed in ({"active": False}, {"role": Role.PRACTICE_SCHEDULER}):
        await store.staff.save(replace(here.dana, **changed))
        assert (await shared.read(path)).status_code == 404
        answer = await shared.api.ask("POST", shared.path(here.dana), here.priya)
        assert answer.status_code == 404
        assert (await shared.api.get(shared.path(here.dana), here.priya))["is_shared"] is True
    await shared.api.ask("DELETE", shared.path(here.dana), here.priya)
    await store.staff.save(here.dana)
    assert (await shared.read(path)).status_code == 404


async def test_nothing_new_is_said_without_a_body(shared: Shared) -> None:
    """304 as long as nothing changed, however the tag comes back."""
    await shared.book(NOON)
    path = await shared.share(shared.here.dana)
    whole = await shared.read(path)
    tag = whole.headers["ETag"]

    for told in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = await shared.read(path, told)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == tag
    for told in ('"x"', "", tag.strip('"')):
        assert (await shared.read(path, told)).content == whole.content
    head = await shared.api.ask("HEAD", path, None)
    assert (head.status_code, head.headers["ETag"]) == (200, tag)


async def test_every_change_is_told_at_the_next_reading(shared: Shared, store: Store) -> None:
    """Booked, moved, changed, cancelled: another tag each time, and the event as it is now."""
    here = shared.here
    path = await shared.share(here.dana)
    tag = (await shared.read(path)).headers["ETag"]

    async def changed() -> str:
        nonlocal tag
        answer = await shared.read(path, tag)
        assert answer.status_code == 200
        tag = answer.headers["ETag"]
        return answer.text

    appointment = await shared.book(NOON)
    booked = await changed()
    assert f"UID:{appointment}@openchair" in booked
    assert "SEQUENCE:0" in booked
    wanted = Edits(start=NOON + timedelta(days=1)), Edits(location="Garden room")
    for sequence, edits in enumerate(wanted, start=1):
        await move_appointment(
            store,
            here.priya,
            appointment,
            edits,
            confirmed=NOTHING_CONFIRMED,
            expected_version=None,
            correlation_id="c",
            now=NOON - timedelta(hours=5 - sequence),
        )
        moved = await changed()
        assert f"UID:{appointment}@openchair" in moved
        assert f"SEQUENCE:{sequence}" in moved
    other = await shared.book(NOON)
    assert f"UID:{other}" in await changed()
    await cancel_appointment(
        store, here.priya, other, expected_version=None, correlation_id="c", now=NOON
    )
    cancelled = await changed()
    assert f"UID:{other}" not in cancelled
    assert f"UID:{appointment}" in cancelled


async def test_a_calendar_reaches_sixty_days_back_and_four_hundred_ahead(
    shared: Shared, store: Store
) -> None:
    """Of whole days by the practice's clock, so that it is the same all day."""
    dana = shared.here.dana
    _, secret = await share_calendar(store, dana, dana.id, now=NOON)
    evening = NOON.replace(hour=23)  # six or seven in New York
    edge = {days: evening + timedelta(days=days) for days in (-61, -60, 400, 401)}
    for start in edge.values():
        await shared.book(start)

    for hour in (12, 17, 23):
        found = await read_shared_calendar(store, secret, now=NOON.replace(hour=hour))
        assert [one.booking.start for one in found.appointments] == [edge[-60], edge[400]]
    following = await read_shared_calendar(store, secret, now=NOON + timedelta(days=1))
    assert [one.booking.start for one in following.appointments] == [edge[400], edge[401]]


async def test_a_wrong_secret_finds_nothing(store: Store) -> None:
    """Whatever it looks like."""
    for secret in ("", "x", "x" * 43, "x" * 5000, "\u00e9\u0000", "../../etc"):
        with pytest.raises(CalendarFeedNotFound):
            await read_shared_calendar(store, secret, now=NOON)
