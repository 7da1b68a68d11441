"""Lists, searches and the calendar: the practice with years behind it against the same with days.

Both hold the same that waits and the same week, so that both answer the same; what differs is how
much else there is.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from benchmarks.loading import Loaded
from benchmarks.measuring import Measurement, Target, Unit, compare_times
from benchmarks.old_appointments import this_week
from benchmarks.old_requests import made_at
from benchmarks.people import RARE_NAMES
from benchmarks.practice import CLINICIANS, SCHEDULER
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.request_queries import ListPosition, Order, RequestFilter, SortKey
from services.scheduler.use_cases.list_requests import PAST_YEAR, list_requests
from services.scheduler.use_cases.show_calendar import show_calendar
from shared.schemas.vocabulary import RequestStatus

TARGET: Final = Target(2.0)
_PAGE: Final = 50
_SOME: Final = CLINICIANS[:10]
_LETTERS: Final = ("m", "s", "j", "a", "g")
_TWO_WORDS: Final = ("maria garcia", "james smith", "ann john", "david le", "sof nguy")
_PENDING: Final = frozenset({RequestStatus.PENDING})
_APPROVED: Final = frozenset({RequestStatus.APPROVED})
_ANY: Final = frozenset(RequestStatus)

Call = Callable[[Loaded], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Case:
    """One thing staff look at, with several inputs; no target: told only."""

    group: str
    name: str
    calls: Sequence[Call]
    target: Target | None = TARGET


def cases() -> list[Case]:
    """Return all of them, in the order in which they are told."""
    return [*_default_lists(), *_searches(), *_calendars(), *_other_lists()]


async def measure_reading(
    case: Case, *, baseline: Loaded, subject: Loaded, pairs: int
) -> Measurement:
    """Return how long one page takes, in milliseconds, with little and with much behind it."""
    figures = await compare_times(
        [partial(call, baseline) for call in case.calls],
        [partial(call, subject) for call in case.calls],
        pairs,
    )
    return Measurement(case.group, case.name, Unit.MILLISECONDS, *figures, case.target)


def _default_lists() -> list[Case]:
    return [
        Case("default list", "practice scheduler", [_list(SCHEDULER)]),
        Case("default list", "clinician", [_list(one) for one in _SOME]),
    ]


def _searches() -> list[Case]:
    searches = {
        "a rare name": [name.split()[1] for name in RARE_NAMES],
        "one letter": _LETTERS,
        "two words": _TWO_WORDS,
    }
    found = []
    for group, statuses, target in (
        ("name search", _PENDING, TARGET),
        ("name search, decided too", _ANY, None),
    ):
        for what, names in searches.items():
            calls = [_list(SCHEDULER, name=name, statuses=statuses) for name in names]
            found.append(Case(group, what, calls, target))
    ever = [_list(SCHEDULER, name=name, statuses=_ANY, ever=True) for name in _TWO_WORDS]
    of_clinician = [_list(one, name="maria", statuses=_ANY, ever=True) for one in _SOME]
    return [
        *found,
        Case("name search, decided too", "two words, of all years", ever, None),
        Case("name search, decided too", "a clinician's, of all years", of_clinician, None),
    ]


def _calendars() -> list[Case]:
    by_scheduler = [_week(SCHEDULER, one) for one in _SOME]
    own = [_week(one, one) for one in _SOME]
    return [
        Case("calendar week", "one clinician, by the scheduler", by_scheduler),
        Case("calendar week", "a clinician's own", own),
    ]


def _other_lists() -> list[Case]:
    orders: dict[str, list[Call]] = {
        f"pending, by {key.value}{', last first' if descending else ''}": [
            _list(SCHEDULER, order=Order(key, descending=descending))
        ]
        for key in (SortKey.MADE, SortKey.CLIENT)
        for descending in (False, True)
    }
    others: dict[str, list[Call]] = {
        **orders,
        "pending, of one clinician": [_list(SCHEDULER, clinician_id=one.id) for one in _SOME],
        "approved, of the year": [_list(SCHEDULER, statuses=_APPROVED)],
        "approved, of one clinician": [
            _list(SCHEDULER, statuses=_APPROVED, clinician_id=one.id) for one in _SOME
        ],
        "any status, of all years, by a clinician": [
            _list(one, statuses=_ANY, ever=True) for one in _SOME
        ],
        "approved, of all years, a page from the middle": [_from_the_middle],
    }
    return [Case("other lists", name, calls, None) for name, calls in others.items()]


def _list(
    actor: StaffMember,
    *,
    statuses: frozenset[RequestStatus] = _PENDING,
    order: Order | None = None,
    ever: bool = False,
    **filters: Any,
) -> Call:
    async def call(loaded: Loaded) -> object:
        wanted = RequestFilter(
            statuses, made_from=None if ever else loaded.now - PAST_YEAR, **filters
        )
        return await list_requests(
            loaded.store, actor, wanted, order or Order(), after=None, limit=_PAGE
        )

    return call


async def _from_the_middle(loaded: Loaded) -> object:
    order = Order(SortKey.MADE, descending=True)
    middle = ListPosition(made_at(loaded.size // 2, loaded.now), UUID(int=0))
    wanted = RequestFilter(_APPROVED)
    return await list_requests(loaded.store, SCHEDULER, wanted, order, after=middle, limit=_PAGE)


def _week(actor: StaffMember, clinician: StaffMember) -> Call:
    async def call(loaded: Loaded) -> object:
        week = Interval(*this_week(loaded.now))
        return await show_calendar(loaded.store, actor, week, frozenset({clinician.id}))

    return call
