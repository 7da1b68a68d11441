"""A small practice whose portal is set, its clients without access, and invitations to it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.portal_access import PortalAccess, invitation_event_id
from services.scheduler.domain.portal_settings import (
    ClinicianOffer,
    PortalSettings,
    ServiceOffer,
)
from services.scheduler.use_cases.admit_client import admit_client
from services.scheduler.use_cases.invite_client import invite_client
from services.scheduler.use_cases.record_notification import EmailOutcome, record_notification
from services.scheduler.use_cases.show_to_do import show_to_do
from services.scheduler.use_cases.withdraw_portal_access import withdraw_portal_access
from shared.auth.actors import ClientActor
from shared.portal.policy import Audience
from shared.schemas.client_invited import ClientInvited
from tests.harness.outcomes import FAILED, REFUSED
from tests.harness.practice import NOW, SmallPractice

PORTAL_URL: Final = "https://portal.example.org/a-practice"


def portal_settings(small: SmallPractice) -> PortalSettings:
    """Return settings that offer all there is, to everybody."""
    return PortalSettings(
        practice_id=small.practice.id,
        is_open=True,
        services=(ServiceOffer(small.session.id, Audience.BOTH),),
        clinicians=tuple(
            ClinicianOffer(member.id, accepts_new_clients=True)
            for member in (small.dana, small.marcus)
        ),
        portal_url=PORTAL_URL,
        version=1,
    )


class Inviting:
    """What staff and clients do about access to the portal; minutes count from NOW."""

    def __init__(self, small: SmallPractice) -> None:
        self.small = small

    async def begin(self) -> None:
        """Set the portal, and take everybody's access away, as if they had never had it."""
        await self.small.store.portal_settings.save(portal_settings(self.small))
        for client in (self.small.amara, self.small.keisha):
            await self.small.store.clients.save(replace(client, portal_access=PortalAccess.NONE))

    async def invite(
        self,
        client: Client | None = None,
        *,
        actor: StaffMember | None = None,
        minutes: float = 0,
        invitation_id: UUID | None = None,
    ) -> Client:
        """Invite somebody; by default Priya invites Amara."""
        identifier = invitation_id or uuid4()
        return await invite_client(
            self.small.store,
            actor or self.small.priya,
            (client or self.small.amara).id,
            id_for=lambda _client: identifier,
            correlation_id="a-call",
            now=at(minutes),
        )

    async def withdraw(
        self, client: Client | None = None, *, actor: StaffMember | None = None, minutes: float = 0
    ) -> Client:
        """Withdraw somebody's access; by default Priya withdraws Amara's."""
        return await withdraw_portal_access(
            self.small.store,
            actor or self.small.priya,
            (client or self.small.amara).id,
            now=at(minutes),
        )

    async def enter(self, client: Client | None = None, *, minutes: float = 0) -> None:
        """Have a client call the portal."""
        client = client or self.small.amara
        actor = ClientActor(client.practice_id, "a client", client.id)
        await admit_client(self.small.store, actor, now=at(minutes))

    async def tell(
        self,
        status: NotificationStatus,
        invited: Client,
        *,
        minutes: float = 1,
        client_id: UUID | None = None,
    ) -> bool:
        """Record what became of the e-mail of a client's invitation, as that was then."""
        assert invited.invitation is not None
        event_id = invitation_event_id(invited.invitation.id)
        reason = REFUSED if status is FAILED else None
        notification = Notification(event_id, status, at(minutes), reason)
        outcome = EmailOutcome(invited.practice_id, notification, client_id=client_id or invited.id)
        return await record_notification(self.small.store, outcome)

    async def stored(self, client: Client | None = None) -> Client:
        """Return a client's record."""
        wanted = client or self.small.amara
        found = await self.small.store.clients.get(wanted.practice_id, wanted.id)
        assert found is not None
        return found

    async def events(self) -> list[ClientInvited]:
        """Return the invitations on their way."""
        rows = self.small.store.database["outbox"].find({"routing_key": "client.invited"})
        return [ClientInvited.model_validate_json(row["body"]) async for row in rows.sort("_id", 1)]

    async def actions(self, client: Client | None = None) -> list[tuple[str, str]]:
        """Return what the history of a client says was done, and by whom."""
        wanted = client or self.small.amara
        entries = await self.small.store.history.of_client(wanted.practice_id, wanted.id)
        return [(entry.action, entry.by_name) for entry in entries]

    async def to_do(self, actor: StaffMember) -> list[UUID]:
        """Return the clients whose failed invitation somebody's To-Do shows."""
        shown = await show_to_do(self.small.store, actor, now=NOW)
        return [client.id for client in shown.failed_invitations]


async def begin_inviting(small: SmallPractice) -> Inviting:
    """Return a practice whose portal is set and whose clients have no access yet."""
    inviting = Inviting(small)
    await inviting.begin()
    return inviting


def at(minutes: float) -> datetime:
    """Return so many minutes after NOW."""
    return NOW + timedelta(minutes=minutes)
