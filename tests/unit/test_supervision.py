"""Background loops: they come back from every failure, and stop only when they are told to."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from prometheus_client import REGISTRY

from shared.observability.supervision import Supervised
from tests.harness.polling import eventually

Work = Callable[[], Awaitable[None]]
Supervise = Callable[[Work], Supervised]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    """Take no time over pauses; return the bounds of each that was asked for."""
    asked: list[tuple[float, float]] = []

    def no_time(low: float, high: float) -> float:
        asked.append((low, high))
        return 0.0

    monkeypatch.setattr(random, "uniform", no_time)
    return asked


@pytest.fixture
async def supervise(pauses: list[tuple[float, float]]) -> AsyncIterator[Supervise]:
    """Supervise a loop, and stop it after the test."""
    del pauses
    made: list[Supervised] = []

    def start(work: Work) -> Supervised:
        made.append(Supervised("test", work))
        made[-1].start()
        return made[-1]

    yield start
    for loop in made:
        await loop.stop()


class Loop:
    """Work that ends in each of the given ways, and then runs for good."""

    def __init__(self, *ends: BaseException | None) -> None:
        self._ends = list(ends)
        self.starts = 0
        self.steady = asyncio.Event()
        self.stopped = False

    async def work(self) -> None:
        """Run once."""
        self.starts += 1
        if self._ends:
            end = self._ends.pop(0)
            if end is None:
                return
            raise end
        self.steady.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped = True


@pytest.mark.parametrize(
    "end",
    [
        ValueError("x"),
        OSError("x"),
        TimeoutError(),
        ExceptionGroup("x", [ValueError("x")]),
        asyncio.CancelledError(),
        None,
    ],
    ids=repr,
)
async def test_it_starts_again_however_it_ended(
    supervise: Supervise, end: BaseException | None
) -> None:
    """An exception, a plain end, and a `CancelledError` although nobody cancelled (FACTS 3)."""
    loop = Loop(end)
    supervise(loop.work)
    async with asyncio.timeout(1):
        await loop.steady.wait()
    assert loop.starts == 2


async def test_it_keeps_coming_back(
    supervise: Supervise, pauses: list[tuple[float, float]]
) -> None:
    """Failure after failure, with pauses that grow and stay within seconds."""
    loop = Loop(*[OSError("x"), asyncio.CancelledError()] * 5)
    supervise(loop.work)
    async with asyncio.timeout(1):
        await loop.steady.wait()
    assert loop.starts == 11
    longest = [high for _, high in pauses]
    assert longest == sorted(longest)
    assert longest[0] < longest[-1] <= 5.0
    assert all(low > 0 for low, _ in pauses)


async def test_it_stops_when_told(supervise: Supervise) -> None:
    """Stopping waits until the work has cleaned up."""
    loop = Loop()
    supervised = supervise(loop.work)
    await loop.steady.wait()
    await supervised.stop()
    assert loop.stopped
    assert loop.starts == 1


async def test_it_stops_between_two_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop that waits to start again is stopped as well."""
    monkeypatch.setattr(random, "uniform", lambda _low, _high: 3600.0)
    loop = Loop(OSError("x"))
    supervised = Supervised("test", loop.work)
    supervised.start()

    async def has_failed() -> bool:
        return loop.starts == 1

    await eventually(has_failed, "it waits to start again")
    async with asyncio.timeout(1):
        await supervised.stop()
    assert loop.starts == 1


async def test_it_stops_though_the_work_makes_an_error_of_it(
    pauses: list[tuple[float, float]],
) -> None:
    """Libraries turn a cancellation into errors of theirs: it is not started again, and ends."""
    del pauses
    starts = 0
    running = asyncio.Event()

    async def work() -> None:
        nonlocal starts
        starts += 1
        running.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            if starts == 1:
                raise ConnectionError from error
            raise

    supervised = Supervised("test", work)
    supervised.start()
    await running.wait()
    stopping = asyncio.create_task(supervised.stop())
    ended, _ = await asyncio.wait([stopping], timeout=0.3)
    if not ended and supervised._task is not None:
        supervised._task.cancel()
        await stopping
    assert starts == 1
    assert ended


async def test_stopping_twice_or_before_the_start_is_no_trouble() -> None:
    """A service that fails half-way through its start still stops cleanly."""
    supervised = Supervised("test", Loop().work)
    await supervised.stop()
    supervised.start()
    await supervised.stop()
    await supervised.stop()


async def test_the_age_of_its_last_turn_is_told() -> None:
    """A loop that hangs can be seen from outside."""
    Supervised("turning", Loop().work).turned()
    seen = REGISTRY.get_sample_value(
        "openchair_loop_last_turn_timestamp_seconds", {"loop": "turning"}
    )
    assert seen is not None
    assert seen > 1_700_000_000
