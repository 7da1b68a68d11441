"""What a practice set for its portal (PRODUCT 2), and the policy that follows from it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.scheduler.domain.people import Practice, Service, StaffMember
from shared.portal.policy import (
    Audience,
    ClosedDays,
    OfferedClinician,
    OfferedService,
    PortalPolicy,
)
from shared.schemas.vocabulary import RequestType

ALL_TYPES: Final = frozenset(RequestType)
LONGEST_HORIZON_DAYS: Final = 731
MOST_PENDING: Final = 50
"""As many of one client's requests may wait, whatever a practice sets."""


@dataclass(frozen=True, slots=True)
class ServiceOffer:
    """A service on the portal, and for whom."""

    service_id: UUID
    audience: Audience


@dataclass(frozen=True, slots=True)
class ClinicianOffer:
    """A clinician whose portal switch is on."""

    staff_id: UUID
    accepts_new_clients: bool


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """The practice's switches; what is not listed is not on the portal.

    Notices in minutes before the start. `portal_url` is where invitations lead. `version` is 0
    while nothing was ever set.
    """

    practice_id: UUID
    is_open: bool = False
    audience: Audience = Audience.BOTH
    request_types: frozenset[RequestType] = ALL_TYPES
    services: tuple[ServiceOffer, ...] = field(default=())
    clinicians: tuple[ClinicianOffer, ...] = field(default=())
    scheduling_notice_minutes: int = 24 * 60
    rescheduling_notice_minutes: int = 24 * 60
    cancelling_notice_minutes: int = 24 * 60
    horizon_days: int = 90
    most_pending: int = 5
    pending_holds_slot: bool = True
    portal_url: str | None = None
    version: int = 0

    @property
    def was_set(self) -> bool:
        """Say whether somebody ever saved them."""
        return self.version > 0


def never_set(
    practice_id: UUID, services: Iterable[Service], staff: Iterable[StaffMember]
) -> PortalSettings:
    """Return what holds until a practice sets anything: all is offered, and staff decide."""
    return PortalSettings(
        practice_id=practice_id,
        is_open=True,
        services=tuple(
            ServiceOffer(service.id, Audience.BOTH) for service in services if service.active
        ),
        clinicians=tuple(
            ClinicianOffer(member.id, accepts_new_clients=True)
            for member in staff
            if member.bookable
        ),
        scheduling_notice_minutes=0,
        rescheduling_notice_minutes=0,
        cancelling_notice_minutes=0,
        horizon_days=LONGEST_HORIZON_DAYS,
        most_pending=MOST_PENDING,
        version=0,
    )


def to_policy(
    practice: Practice,
    settings: PortalSettings,
    services: Iterable[Service],
    staff: Iterable[StaffMember],
    working: Collection[UUID],
) -> PortalPolicy:
    """Return what the portal is told; who has left and what is no longer done is not offered.

    Neither is a clinician who is not among `working`: they have no hours (PRODUCT 1.1).
    """
    active_services = {service.id: service for service in services if service.active}
    requestable = {
        member.id: member for member in staff if member.bookable and member.id in working
    }
    return PortalPolicy(
        practice_id=practice.id,
        slug=practice.slug,
        name=practice.name,
        time_zone=practice.time_zone,
        phone=practice.phone,
        email=practice.email,
        is_open=settings.is_open,
        audience=settings.audience,
        request_types=settings.request_types,
        services=tuple(
            _offered_service(active_services[offer.service_id], offer.audience)
            for offer in settings.services
            if offer.service_id in active_services
        ),
        clinicians=tuple(
            OfferedClinician(
                id=offer.staff_id,
                name=requestable[offer.staff_id].name,
                accepts_new_clients=offer.accepts_new_clients,
            )
            for offer in settings.clinicians
            if offer.staff_id in requestable
        ),
        scheduling_notice_minutes=settings.scheduling_notice_minutes,
        rescheduling_notice_minutes=settings.rescheduling_notice_minutes,
        cancelling_notice_minutes=settings.cancelling_notice_minutes,
        horizon_days=settings.horizon_days,
        most_pending=settings.most_pending,
        pending_holds_slot=settings.pending_holds_slot,
        closed=tuple(
            ClosedDays(first_day=closure.first_day, last_day=closure.last_day)
            for closure in practice.closures
        ),
    )


def _offered_service(service: Service, audience: Audience) -> OfferedService:
    return OfferedService(
        id=service.id,
        label=service.label,
        appointment_type=service.appointment_type,
        minutes=service.minutes,
        modality=service.modality,
        audience=audience,
    )
