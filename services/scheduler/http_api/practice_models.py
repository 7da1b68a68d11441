"""The practice, and who one is in it, as the API takes and gives them."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.scheduler.domain.people import Closure, Practice
from services.scheduler.domain.permissions import Permission
from services.scheduler.http_api.inputs import Input
from services.scheduler.http_api.staff_models import StaffOutput
from services.scheduler.use_cases.edit_practice import PracticeDetails
from services.scheduler.use_cases.show_me import Me
from shared.schemas.fields import CalendarDate, EmailAddress, PhoneNumber, ShortText, ZoneName


class ClosureModel(Input):
    """Days on which the whole practice is closed, both included."""

    model_config = ConfigDict(from_attributes=True)

    first_day: CalendarDate
    last_day: CalendarDate
    reason: ShortText | None = None


class PracticeInput(Input):
    """All of the practice that can be edited; `id` and `slug` cannot."""

    name: ShortText
    time_zone: ZoneName
    phone: PhoneNumber | None
    email: EmailAddress | None
    locations: Annotated[list[ShortText], Field(max_length=50)]
    closures: Annotated[list[ClosureModel], Field(max_length=200)]
    emails_staff_changes: bool = Field(
        strict=True,
        description="Clients hear by e-mail of what staff book, move or cancel without a request.",
    )

    def to_domain(self) -> PracticeDetails:
        """Return the details; closures in order, places once each."""
        closures = {
            Closure(closure.first_day, closure.last_day, closure.reason)
            for closure in self.closures
        }
        return PracticeDetails(
            name=self.name,
            time_zone=self.time_zone,
            phone=self.phone,
            email=self.email,
            locations=tuple(dict.fromkeys(self.locations)),
            closures=tuple(sorted(closures, key=_by_days)),
            emails_staff_changes=self.emails_staff_changes,
        )


class PracticeOutput(BaseModel):
    """The practice. `version` is its ETag."""

    id: UUID
    slug: str
    name: str
    time_zone: str
    phone: str | None
    email: str | None
    locations: list[str]
    closures: list[ClosureModel]
    emails_staff_changes: bool
    version: int

    @classmethod
    def of(cls, practice: Practice) -> Self:
        """Return the output for a practice."""
        return cls(
            id=practice.id,
            slug=practice.slug,
            name=practice.name,
            time_zone=practice.time_zone,
            phone=practice.phone,
            email=practice.email,
            locations=list(practice.locations),
            closures=[ClosureModel.model_validate(closure) for closure in practice.closures],
            emails_staff_changes=practice.emails_staff_changes,
            version=practice.version,
        )


class OwnPracticeOutput(BaseModel):
    """The practice one works for."""

    id: UUID
    slug: str
    name: str
    time_zone: str


class MeOutput(BaseModel):
    """Who is signed in, where, and what their role may do."""

    staff: StaffOutput
    practice: OwnPracticeOutput
    may: list[Permission]

    @classmethod
    def of(cls, me: Me) -> Self:
        """Return the output for a member of staff."""
        practice = me.practice
        return cls(
            staff=StaffOutput.of(me.member),
            practice=OwnPracticeOutput(
                id=practice.id,
                slug=practice.slug,
                name=practice.name,
                time_zone=practice.time_zone,
            ),
            may=list(me.may),
        )


def _by_days(closure: Closure) -> tuple[object, ...]:
    return closure.first_day, closure.last_day, closure.reason or ""
