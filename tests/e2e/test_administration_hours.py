"""Work schedules over HTTP: versions, whose one may set, and what makes no sense."""

from datetime import UTC, datetime, timedelta
from typing import Any

from demo_practice.people import DANA, INES, MARCUS, PRIYA
from tests.harness.administration import (
    HOURS,
    SCHEDULE,
    Desk,
    code,
    new_colleague,
    schedule_of,
    signed_in,
)
from tests.harness.system import System


async def test_a_first_work_schedule_and_its_next(system: System) -> None:
    """From version 0 on; the clinician's own, and the practice scheduler's to set."""
    olga = Desk(system, "olga")
    member = await olga.add("/v1/staff", new_colleague())
    path, clinician = schedule_of(member["id"]), signed_in(system, member)
    empty, etag = await clinician.read(path)
    assert (etag, empty["weekly"]) == ('"0"', [])

    first = await clinician.put(path, SCHEDULE, etag)

    assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
    assert await olga.read(path) == (SCHEDULE, '"1"')
    assert code(await olga.put(path, SCHEDULE, '"0"')) == (412, "stale-version")
    day = {"first_day": "2027-03-06", "last_day": "2027-03-06"}
    extra = {"kind": "extra", **day, "start": "10:00", "end": "00:00"}
    away = {"kind": "unavailable", **day, "last_day": "2027-03-12", "start": None, "end": None}
    wanted = {**SCHEDULE, "exceptions": [extra, away]}
    second = await olga.put(path, wanted, '"1"')
    assert (second.status_code, second.headers["ETag"]) == (200, '"2"')
    assert await clinician.read(path) == (wanted, '"2"')


async def test_whose_hours_one_may_set(system: System) -> None:
    """Their own for clinicians, nobody's for interns; a practice scheduler has none."""
    dana, ines, priya = (Desk(system, person) for person in ("dana", "ines", "priya"))
    for desk, member in ((ines, INES), (ines, DANA), (dana, MARCUS)):
        body, etag = await desk.read(schedule_of(member.id))
        assert body["weekly"]
        answer = await desk.put(schedule_of(member.id), {**body, "buffer_minutes": 1}, etag)
        assert code(answer) == (403, "not-permitted")
    for desk in (dana, priya):
        answer = await desk.get(schedule_of(PRIYA.id))
        assert code(answer) == (409, "sees-no-clients")
    none = await priya.put(schedule_of(PRIYA.id), SCHEDULE, '"0"')
    assert code(none) == (409, "sees-no-clients")
    body, etag = await dana.read(schedule_of(DANA.id))
    edited = await dana.put(schedule_of(DANA.id), {**body, "buffer_minutes": 20}, etag)
    assert edited.json()["buffer_minutes"] == 20
    back = await priya.put(schedule_of(DANA.id), body, edited.headers["ETag"])
    assert back.json()["buffer_minutes"] == body["buffer_minutes"]


async def test_hours_that_make_no_sense_are_refused_by_name(system: System) -> None:
    """Each rule with its own code, and where it is broken."""
    olga = Desk(system, "olga")
    path = schedule_of((await olga.add("/v1/staff", new_colleague()))["id"])
    far = (datetime.now(UTC) + timedelta(days=1200)).date().isoformat()
    day: dict[str, Any] = {"kind": "extra", "first_day": "2027-03-06", "last_day": "2027-03-06"}
    for change, answer, member in (
        (
            {"weekly": [{"weekday": 3, "start": "17:00", "end": "09:00"}]},
            (400, "hours-empty"),
            {"weekday": 3},
        ),
        (
            {"weekly": [*HOURS, {"weekday": 0, "start": "16:59", "end": "00:00"}]},
            (400, "hours-overlap"),
            {"weekday": 0},
        ),
        (
            {"exceptions": [{**day, "start": "10:00", "end": "10:00"}]},
            (400, "hours-empty"),
            {"first_day": "2027-03-06"},
        ),
        (
            {"exceptions": [{**day, "last_day": "2027-03-05"}]},
            (400, "days-reversed"),
            {"first_day": "2027-03-06"},
        ),
        (
            {"exceptions": [{**day, "last_day": far}]},
            (409, "days-too-far"),
            {"first_day": "2027-03-06"},
        ),
    ):
        refused = await olga.put(path, {**SCHEDULE, **change}, '"0"')
        assert code(refused) == answer
        assert member.items() <= refused.json().items()
    malformed = await olga.put(path, {**SCHEDULE, "buffer_minutes": -1}, '"0"')
    assert code(malformed) == (422, "invalid-input")
    assert (await olga.read(path))[1] == '"0"'
