"""Services and the catalogue of codes as the API takes and gives them."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.scheduler.domain.people import Service
from services.scheduler.domain.service_codes import ServiceCode as CatalogueEntry
from services.scheduler.http_api.appointment_models import ServiceCode
from services.scheduler.http_api.inputs import Input, Minutes
from services.scheduler.use_cases.add_service import NewService
from shared.schemas.fields import ShortText
from shared.schemas.vocabulary import Modality

_LENGTHS = {"minutes", "fewest_minutes", "most_minutes"}


class _Described(Input):
    code: ServiceCode
    label: ShortText
    appointment_type: ShortText
    modality: Modality


class NewServiceInput(_Described):
    """A service to add; lengths left out are the catalogue's where it knows the code."""

    minutes: Minutes | None = None
    fewest_minutes: Minutes | None = Field(default=None, description="null: as short as you like.")
    most_minutes: Minutes | None = Field(default=None, description="null: as long as you like.")
    location: ShortText | None = None
    active: bool = Field(default=True, strict=True)

    def to_domain(self, identifier: UUID) -> NewService:
        """Return what is to be added."""
        return NewService(
            id=identifier,
            code=self.code,
            label=self.label,
            appointment_type=self.appointment_type,
            modality=self.modality,
            location=self.location,
            active=self.active,
            lengths=self.model_dump(include=_LENGTHS, exclude_unset=True),
        )


class ServiceInput(_Described):
    """A service, whole; one that is not `active` is not booked anew."""

    minutes: Minutes
    fewest_minutes: Minutes | None
    most_minutes: Minutes | None
    location: ShortText | None
    active: bool = Field(strict=True)

    def to_domain(self, identifier: UUID, practice_id: UUID, version: int) -> Service:
        """Return the record, made from that version of it."""
        return Service(
            id=identifier,
            practice_id=practice_id,
            code=self.code,
            label=self.label,
            appointment_type=self.appointment_type,
            minutes=self.minutes,
            modality=self.modality,
            location=self.location,
            fewest_minutes=self.fewest_minutes,
            most_minutes=self.most_minutes,
            active=self.active,
            version=version,
        )


class ServiceOutput(BaseModel):
    """A service; lengths in minutes. `version` is its ETag."""

    id: UUID
    code: str
    label: str
    appointment_type: str
    minutes: int
    fewest_minutes: int | None
    most_minutes: int | None
    modality: Modality
    location: str | None
    active: bool
    version: int

    @classmethod
    def of(cls, service: Service) -> Self:
        """Return the output for a service."""
        return cls(
            id=service.id,
            code=service.code,
            label=service.label,
            appointment_type=service.appointment_type,
            minutes=service.minutes,
            fewest_minutes=service.fewest_minutes,
            most_minutes=service.most_minutes,
            modality=service.modality,
            location=service.location,
            active=service.active,
            version=service.version,
        )


class ServiceList(BaseModel):
    """All services, by label."""

    items: list[ServiceOutput]


class ServiceCodeOutput(BaseModel):
    """A standard code with its usual lengths, in minutes; null leaves the range open."""

    code: str
    label: str
    appointment_type: str
    minutes: int
    fewest_minutes: int | None
    most_minutes: int | None

    @classmethod
    def of(cls, entry: CatalogueEntry) -> Self:
        """Return the output for an entry of the catalogue."""
        return cls(
            code=entry.code,
            label=entry.label,
            appointment_type=entry.appointment_type,
            minutes=entry.lengths.minutes,
            fewest_minutes=entry.lengths.fewest_minutes,
            most_minutes=entry.lengths.most_minutes,
        )


class ServiceCodeList(BaseModel):
    """The catalogue, by code."""

    items: list[ServiceCodeOutput]
