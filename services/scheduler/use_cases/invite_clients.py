"""Invite many clients at once; each for themselves, whatever becomes of the others."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.portal_refusals import InvitedJustNow, PortalAccessActive
from services.scheduler.domain.record_refusals import ClientNotFound
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.invite_client import (
    Inviter,
    prepare_to_invite,
    send_invitation,
)

_AT_ONCE: Final = 8


class InvitingOutcome(StrEnum):
    """What became of one client."""

    INVITED = "invited"
    ALREADY_ACTIVE = "already-active"
    TOO_SOON = "too-soon"
    NOT_FOUND = "not-found"


@dataclass(frozen=True, slots=True)
class Invited:
    """The outcome for a client; `again_at` (UTC) is when they may be invited again."""

    client_id: UUID
    outcome: InvitingOutcome
    again_at: datetime | None = None


async def invite_clients(
    store: Store,
    actor: StaffMember,
    client_ids: Iterable[UUID],
    *,
    id_for: Callable[[UUID], UUID],
    correlation_id: str,
    now: datetime,
) -> Sequence[Invited]:
    """Invite each client once, and return what became of them in the order asked.

    When the store goes away meanwhile, some are invited: the same call again does the rest.

    Raises:
        NotPermitted, PortalUrlNeeded: nobody was invited.

    """
    inviter = await prepare_to_invite(
        store, actor, id_for=id_for, correlation_id=correlation_id, now=now
    )
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(client_id: UUID) -> Invited:
        async with places:
            return await _invite(store, inviter, client_id)

    return await asyncio.gather(*(one(client_id) for client_id in dict.fromkeys(client_ids)))


async def _invite(store: Store, inviter: Inviter, client_id: UUID) -> Invited:
    try:
        await send_invitation(store, inviter, client_id)
    except ClientNotFound:
        return Invited(client_id, InvitingOutcome.NOT_FOUND)
    except PortalAccessActive:
        return Invited(client_id, InvitingOutcome.ALREADY_ACTIVE)
    except InvitedJustNow as refusal:
        return Invited(client_id, InvitingOutcome.TOO_SOON, refusal.again_at)
    return Invited(client_id, InvitingOutcome.INVITED)
