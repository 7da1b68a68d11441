"""Settles in the background what ended halfway; see `use_cases.settle_changes`."""

import asyncio
from datetime import UTC, datetime
from typing import Final

import structlog

from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.settle_changes import settle_changes
from shared.observability.supervision import Supervised

_SWEEP_SECONDS: Final = 15.0

log = structlog.get_logger(__name__)


class Settler:
    """One process's settler; any number may run."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.loop = Supervised("settler", self._run)

    async def _run(self) -> None:
        while True:
            if settled := await settle_changes(self._store, now=datetime.now(UTC)):
                log.info("changes.settled", count=settled)
            self.loop.turned()
            await asyncio.sleep(_SWEEP_SECONDS)
