"""Portal settings as the API takes and gives them."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.scheduler.domain.portal_settings import (
    ClinicianOffer,
    PortalSettings,
    ServiceOffer,
)
from services.scheduler.http_api.inputs import Input
from services.scheduler.use_cases.edit_portal_settings import NotRequestableReason, ShownSettings
from shared.portal.policy import Audience
from shared.schemas.fields import WebAddress
from shared.schemas.vocabulary import RequestType

_Switch = Annotated[bool, Field(strict=True)]
_Number = Annotated[int, Field(strict=True)]
_NOTICE = "Minutes before the start; from 0 to 86,400 (60 days)."


class ServiceOfferModel(Input):
    """A service on the portal, and for whom."""

    model_config = ConfigDict(from_attributes=True)

    service_id: UUID
    audience: Audience


class ClinicianOfferModel(Input):
    """A clinician on the portal; who is not listed takes no requests there."""

    model_config = ConfigDict(from_attributes=True)

    staff_id: UUID
    accepts_new_clients: _Switch


class PortalSettingsInput(Input):
    """The settings, whole."""

    is_open: _Switch = Field(description="Whether the portal takes requests at all.")
    audience: Audience = Field(description="Who may ask.")
    request_types: frozenset[RequestType]
    services: Annotated[list[ServiceOfferModel], Field(max_length=500)]
    clinicians: Annotated[list[ClinicianOfferModel], Field(max_length=500)]
    scheduling_notice_minutes: _Number = Field(description=_NOTICE)
    rescheduling_notice_minutes: _Number = Field(description=_NOTICE)
    cancelling_notice_minutes: _Number = Field(description=_NOTICE)
    horizon_days: _Number = Field(description="How far ahead one may ask; from 1 to 731.")
    most_pending: _Number = Field(
        description="How many requests of one client may wait; from 1 to 50."
    )
    pending_holds_slot: _Switch = Field(
        description="A request that waits keeps its time from others."
    )
    portal_url: WebAddress | None = Field(
        description="Where the practice's portal is: invitations lead there."
    )

    def to_domain(self, practice_id: UUID, version: int) -> PortalSettings:
        """Return the settings, made from that version of them."""
        return PortalSettings(
            practice_id=practice_id,
            is_open=self.is_open,
            audience=self.audience,
            request_types=self.request_types,
            services=tuple(ServiceOffer(one.service_id, one.audience) for one in self.services),
            clinicians=tuple(
                ClinicianOffer(one.staff_id, one.accepts_new_clients) for one in self.clinicians
            ),
            scheduling_notice_minutes=self.scheduling_notice_minutes,
            rescheduling_notice_minutes=self.rescheduling_notice_minutes,
            cancelling_notice_minutes=self.cancelling_notice_minutes,
            horizon_days=self.horizon_days,
            most_pending=self.most_pending,
            pending_holds_slot=self.pending_holds_slot,
            portal_url=self.portal_url,
            version=version,
        )


class NotRequestableOutput(BaseModel):
    """A clinician on the portal whom nobody can ask for."""

    model_config = ConfigDict(from_attributes=True)

    staff_id: UUID
    reason: NotRequestableReason


class PortalSettingsOutput(BaseModel):
    """The settings that hold. `version` is their ETag; 0 while nothing was ever set."""

    is_open: bool
    audience: Audience
    request_types: list[RequestType]
    services: list[ServiceOfferModel]
    clinicians: list[ClinicianOfferModel]
    scheduling_notice_minutes: int
    rescheduling_notice_minutes: int
    cancelling_notice_minutes: int
    horizon_days: int
    most_pending: int
    pending_holds_slot: bool
    portal_url: str | None
    not_requestable: list[NotRequestableOutput] = Field(
        description="Clinicians on the portal who cannot be asked for: without work schedule, say."
    )
    version: int

    @classmethod
    def of(cls, shown: ShownSettings) -> Self:
        """Return the output for settings."""
        settings = shown.settings
        return cls(
            is_open=settings.is_open,
            audience=settings.audience,
            request_types=sorted(settings.request_types),
            services=[ServiceOfferModel.model_validate(one) for one in settings.services],
            clinicians=[ClinicianOfferModel.model_validate(one) for one in settings.clinicians],
            scheduling_notice_minutes=settings.scheduling_notice_minutes,
            rescheduling_notice_minutes=settings.rescheduling_notice_minutes,
            cancelling_notice_minutes=settings.cancelling_notice_minutes,
            horizon_days=settings.horizon_days,
            most_pending=settings.most_pending,
            pending_holds_slot=settings.pending_holds_slot,
            portal_url=settings.portal_url,
            not_requestable=[
                NotRequestableOutput.model_validate(one) for one in shown.not_requestable
            ],
            version=settings.version,
        )
