"""Group commit: callers that come together share one write (ARCHITECTURE "Ingest").

While a write runs, the next group gathers; so a lone message waits for nobody, and under load a
group is as large as the store is slow.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Calls `write` with up to `limit` items at a time; each caller gets its own item's result.

    When a group fails, `concerns_all` tells whether it would fail whatever is in it (the store is
    away). Otherwise its items are written one by one, so that a bad one fails alone.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        limit: int,
        concerns_all: Callable[[Exception], bool] = lambda _error: False,
    ) -> None:
        self._write = write
        self._limit = limit
        self._concerns_all = concerns_all
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """Return the item's result; raises what its group's write raised."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
            try:
                await self._write_group(group)
            finally:
                for _, future in group:
                    if not future.done():  # the write was cancelled, by us or by a library
                        future.cancel()

    async def _write_group(self, group: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._write([item for item, _ in group])
            answers = list(zip(group, results, strict=True))
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            return
        except Exception as error:  # noqa: BLE001  each caller is told, and decides
            if len(group) > 1 and not self._concerns_all(error):
                for one in group:
                    await self._write_group([one])
                return
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in answers:
            if not future.done():
                future.set_result(result)
