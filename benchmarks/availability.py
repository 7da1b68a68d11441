"""How long the scheduler takes to find what is open with one clinician in four weeks."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from benchmarks.measuring import Measurement, Target, Unit, compare_times
from benchmarks.portal_practice import DANA, client, fill, monday
from benchmarks.practice import PRACTICE, SESSION
from services.scheduler.domain.intervals import Interval
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.find_availability import (
    LookedFor,
    find_availability,
    wanted_of,
)
from services.scheduler.use_cases.portal_policy import open_portal_for
from shared.auth.actors import ClientActor
from shared.mongo import Client

GROUP: Final = "open times of one clinician"
LIMIT_MILLISECONDS: Final = 10.0
FLAT: Final = Target(1.5)
_WEEKS: Final = 4
_DATABASES: Final[dict[str, dict[str, int]]] = {
    "bench_open_alone": {},
    "bench_open_one_other": {"others": 1},
    "bench_open_200_others": {"others": 200},
    "bench_open_10_years": {"past_years": 10},
}

Call = Callable[[], Awaitable[object]]


async def measure_availability(mongo: Client, *, pairs: int) -> list[Measurement]:
    """Return the time against ten milliseconds, and against colleagues and years."""
    now = datetime.now(UTC)
    calls = {name: await _call(mongo, name, now, **size) for name, size in _DATABASES.items()}
    alone, one, many, years = calls.values()
    comparisons = [
        ("200 other clinicians, not 1", one, many),
        ("10 past years, not none", alone, years),
    ]
    found = []
    for name, baseline, subject in comparisons:
        figures = await compare_times([baseline], [subject], pairs)
        found.append(Measurement(GROUP, name, Unit.MILLISECONDS, *figures, FLAT))
    taken = found[0].subject
    limit = (LIMIT_MILLISECONDS,) * len(taken)
    at_most = Target(1.0)
    found.append(
        Measurement(GROUP, "four weeks, against 10 ms", Unit.MILLISECONDS, limit, taken, at_most)
    )
    for name in _DATABASES:
        await mongo.drop_database(name)
    return found


async def _call(mongo: Client, name: str, now: datetime, **size: int) -> Call:
    await mongo.drop_database(name)
    store = Store(mongo, name)
    await fill(store, now.date(), **size)
    actor = ClientActor(PRACTICE.id, "bench", client(0).id)
    first = datetime.combine(monday(now.date(), 1), datetime.min.time(), UTC)
    within = Interval(first, first + timedelta(weeks=_WEEKS))

    async def find() -> object:
        asked = LookedFor(SESSION.id, DANA.id, None, within)
        portal = await open_portal_for(
            store, actor, PRACTICE.slug, service_id=SESSION.id, clinician_id=DANA.id
        )
        wanted = await wanted_of(store, actor, portal.policy, asked, now=now)
        return await find_availability(store, portal.practice, portal.policy, wanted, now=now)

    if not await find():
        raise RuntimeError("nothing is open, so nothing would be measured")
    return find
