"""All collections of the scheduler, and its transactions."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from services.scheduler.mongo.appointments import Appointments
from services.scheduler.mongo.approval_records import ApprovalRecords
from services.scheduler.mongo.calendar_days import CalendarDays
from services.scheduler.mongo.calendar_feeds import CalendarFeeds
from services.scheduler.mongo.changes import Changes
from services.scheduler.mongo.clients import Clients
from services.scheduler.mongo.history import History
from services.scheduler.mongo.invitations import Invitations
from services.scheduler.mongo.notifications import Notifications
from services.scheduler.mongo.outbox import Outbox
from services.scheduler.mongo.portal_settings import AllPortalSettings
from services.scheduler.mongo.practices import Practices
from services.scheduler.mongo.requests import Requests
from services.scheduler.mongo.services import Services
from services.scheduler.mongo.staff import Staff
from services.scheduler.mongo.unsettled import Unsettled
from services.scheduler.mongo.waiting_requests import WaitingRequests
from services.scheduler.mongo.withdrawals import Withdrawals
from services.scheduler.mongo.work_schedules import WorkSchedules
from shared.mongo import Client, Session, is_reachable, run_transaction

DATABASE: Final = "openchair_scheduler"

T = TypeVar("T")


class Store:
    """What use cases read and write; `name` is the database's."""

    def __init__(self, client: Client, name: str = DATABASE) -> None:
        self._client = client
        self.database = client[name]
        self.practices = Practices(self.database)
        self.portal_settings = AllPortalSettings(self.database)
        self.staff = Staff(self.database)
        self.services = Services(self.database)
        self.clients = Clients(self.database)
        self.invitations = Invitations(self.database)
        self.work_schedules = WorkSchedules(self.database)
        self.requests = Requests(self.database)
        self.waiting_requests = WaitingRequests(self.database)
        self.withdrawals = Withdrawals(self.database)
        self.appointments = Appointments(self.database)
        self.calendar_days = CalendarDays(self.database)
        self.history = History(self.database)
        self.outbox = Outbox(self.database)
        self.notifications = Notifications(self.database)
        self.changes = Changes(self.database)
        self.calendar_feeds = CalendarFeeds(self.database)
        self.unsettled = Unsettled(self.database)
        self.approval_records = ApprovalRecords(self.database)

    async def transaction(self, body: Callable[[Session], Awaitable[T]]) -> T:
        """Run `body` in a transaction; see `shared.mongo.run_transaction`."""
        return await run_transaction(self._client, body)

    async def ready(self) -> bool:
        """Say whether the database answers."""
        return await is_reachable(self.database)
