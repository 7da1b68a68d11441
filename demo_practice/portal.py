"""What the demo practice's portal lets clients do, and who of them may use it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from demo_practice.calendar import SERVICES
from demo_practice.people import CLIENTS, DANA, INES, MARCUS, PRACTICE, PRIYA, demo_id
from services.scheduler.domain.notification import NotificationStatus
from services.scheduler.domain.people import Client
from services.scheduler.domain.portal_access import Invitation, PortalAccess, new_invitation
from services.scheduler.domain.portal_settings import (
    ClinicianOffer,
    PortalSettings,
    ServiceOffer,
)
from shared.portal.policy import Audience

_A_DAY: Final = 24 * 60

SETTINGS: Final = PortalSettings(
    practice_id=PRACTICE.id,
    is_open=True,
    audience=Audience.BOTH,
    services=tuple(
        ServiceOffer(service.id, Audience.NEW if key == "intake" else Audience.EXISTING)
        for key, service in SERVICES.items()
        if service.practice_id == PRACTICE.id
    ),
    clinicians=tuple(
        ClinicianOffer(member.id, accepts_new_clients=True) for member in (DANA, MARCUS, INES)
    ),
    scheduling_notice_minutes=_A_DAY,
    rescheduling_notice_minutes=_A_DAY,
    cancelling_notice_minutes=_A_DAY,
    horizon_days=90,
    most_pending=20,
    pending_holds_slot=True,
    portal_url="http://127.0.0.1:8000/portal/harbor-street",
    version=1,
)
NEVER_INVITED: Final = frozenset({"noah", "paulo", "wesley"})
INVITED: Final = frozenset({"xiomara"})


def clients(now: datetime) -> Iterator[Client]:
    """Return the clients; but for a few, they use the portal. One was invited yesterday."""
    for key, client in CLIENTS.items():
        if key in INVITED:
            yield client.invite(_invitation(client, now - timedelta(days=1)))
        elif key in NEVER_INVITED:
            yield client
        else:
            yield replace(client, portal_access=PortalAccess.ACTIVE)


def _invitation(client: Client, at: datetime) -> Invitation:
    invitation = new_invitation(demo_id(f"invitation:{client.id}"), PRIYA.id, PRIYA.name, at)
    sent = replace(
        invitation.notification,
        status=NotificationStatus.SENT,
        at=at + timedelta(seconds=2),
    )
    return replace(invitation, notification=sent)
