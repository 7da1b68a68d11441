"""What the list of requests is asked by default, and what its parameters make of that."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Query

from services.scheduler.http_api import errors
from services.scheduler.http_api.cursors import encode
from services.scheduler.http_api.request_filters import Listing, ListInput, SearchInput
from services.scheduler.mongo.request_queries import ListPosition, Order, SortKey
from services.scheduler.use_cases.list_requests import PAST_YEAR
from shared.http import problems
from shared.schemas.vocabulary import RequestStatus, RequestType
from tests.unit.builders import DANA, NOW

ID = UUID(int=7)


async def ask(
    query: str = "", *, body: dict[str, Any] | None = None, now: datetime = NOW
) -> tuple[int, Listing | None]:
    """Ask for a list, or with a body for a search; return the status, and what would be listed."""
    told: list[Listing] = []
    app = FastAPI()
    problems.install(app)
    errors.install(app)

    @app.get("/")
    async def list_(asked: Annotated[ListInput, Query()]) -> None:
        told.append(Listing.of(asked, now))

    @app.post("/")
    async def search(asked: SearchInput) -> None:
        told.append(Listing.of(asked, now))

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = (
            await client.get(f"/?{query}") if body is None else await client.post("/", json=body)
        )
    return answer.status_code, told[0] if told else None


async def listed(query: str = "", *, now: datetime = NOW) -> Listing:
    """Return what is listed."""
    status, found = await ask(query, now=now)
    assert (status, found is None) == (200, False)
    assert found is not None
    return found


async def test_by_default_all_that_is_pending_of_the_past_year() -> None:
    """By the time asked for, from the first page on (PRODUCT 3.2)."""
    found = await listed()
    wanted = found.filter
    assert wanted.statuses == {RequestStatus.PENDING}
    assert wanted.made_from == NOW - PAST_YEAR
    assert (found.order, found.after, found.now) == (Order(SortKey.REQUESTED), None, NOW)
    looked_for = (
        wanted.types,
        wanted.clinician_id,
        wanted.name,
        wanted.is_new,
        wanted.requested_from,
        wanted.requested_until,
        wanted.made_until,
        wanted.past_its_time_at,
    )
    assert looked_for == (None,) * len(looked_for)


@pytest.mark.parametrize(
    ("query", "field", "value"),
    [
        (
            "status=approved&status=withdrawn",
            "statuses",
            {RequestStatus.APPROVED, RequestStatus.WITHDRAWN},
        ),
        ("type=reschedule", "types", {RequestType.RESCHEDULE}),
        (f"clinician_id={DANA.id}", "clinician_id", DANA.id),
        ("is_new=true", "is_new", True),
        ("is_new=false", "is_new", False),
        (
            "requested_from=2027-03-01T00:00:00-05:00",
            "requested_from",
            datetime(2027, 3, 1, 5, tzinfo=UTC),
        ),
        ("requested_until=2027-03-01T00:00Z", "requested_until", datetime(2027, 3, 1, tzinfo=UTC)),
        ("made_from=2019-01-01T00:00Z", "made_from", datetime(2019, 1, 1, tzinfo=UTC)),
        ("made_until=2027-01-01T00:00Z", "made_until", datetime(2027, 1, 1, tzinfo=UTC)),
        ("past_its_time=true", "past_its_time_at", NOW),
        ("past_its_time=true&status=declined", "statuses", {RequestStatus.PENDING}),
    ],
)
async def test_each_parameter_narrows_or_widens_the_list(
    query: str, field: str, value: Any
) -> None:
    """Older ones by an older `made_from`; past its time is only what waits."""
    assert getattr((await listed(query)).filter, field) == value


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("requested", Order(SortKey.REQUESTED)),
        ("-requested", Order(SortKey.REQUESTED, descending=True)),
        ("made", Order(SortKey.MADE)),
        ("-made", Order(SortKey.MADE, descending=True)),
        ("client", Order(SortKey.CLIENT)),
        ("-client", Order(SortKey.CLIENT, descending=True)),
    ],
)
async def test_a_page_goes_on_where_it_ended(sort: str, order: Order) -> None:
    """The cursor of the page's end leads back to it, in the same order alone."""
    first = await listed(f"sort={sort}")
    assert first.order == order
    assert first.cursor_of(None) is None
    by_name = order.key is SortKey.CLIENT
    end = ListPosition("dahl soren" if by_name else NOW, ID)

    cursor = first.cursor_of(end)

    after = (await listed(f"sort={sort}&cursor={cursor}")).after
    assert after == ListPosition(None if by_name else NOW, ID)
    other = "made" if sort != "made" else "-made"
    assert (await ask(f"sort={other}&cursor={cursor}"))[0] == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("status=new", 422),
        ("status=pending&status=pending&status=pending&status=pending&status=pending", 422),
        ("type=call", 422),
        ("clinician_id=dana", 422),
        ("client=amara", 422),
        ("made_from=2027-03-01", 422),
        ("made_from=2027-03-01T00:00", 422),
        ("made_from=0", 422),
        ("is_new=perhaps", 422),
        ("sort=age", 422),
        ("cursor=x", 400),
        ("cursor=" + "x" * 401, 422),
        (f"cursor={encode('client', None, ID)}", 400),
    ],
)
async def test_a_parameter_of_nonsense_is_a_problem(query: str, status: int) -> None:
    """Never a list of something else."""
    assert await ask(query) == (status, None)


async def test_a_name_is_searched_for_in_a_body() -> None:
    """With the same filters beside it; URLs, which end up in logs, hold no names."""
    status, found = await ask(body={"client": "o'connell", "status": ["declined"], "limit": 7})
    assert status == 200
    assert found is not None
    assert (found.filter.name, found.limit) == ("o'connell", 7)
    assert found.filter.statuses == {RequestStatus.DECLINED}


@pytest.mark.parametrize("name", [None, "", "x" * 201, "a\x00b", 7])
async def test_a_name_of_nonsense_is_a_problem(name: object) -> None:
    """Nor is everything listed without one."""
    assert await ask(body={"client": name}) == (422, None)


async def test_a_leap_day_has_a_year_before_it() -> None:
    """The past year is 365 days, whichever the day."""
    leap_day = datetime(2028, 2, 29, 12, tzinfo=UTC)
    found = await listed(now=leap_day)
    assert found.filter.made_from == leap_day - timedelta(days=365)
