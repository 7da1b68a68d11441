"""The practice, and who one is in it, as the API takes and gives them."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.scheduler.domain.email_settings import EmailSettings, EmailTexts
from services.scheduler.domain.people import Closure, Practice
from services.scheduler.domain.permissions import Permission
from services.scheduler.http_api.inputs import Input
from services.scheduler.http_api.staff_models import StaffOutput
from services.scheduler.use_cases.edit_practice import PracticeDetails
from services.scheduler.use_cases.show_me import Me
from shared.schemas.fields import (
    CalendarDate,
    EmailAddress,
    NoteText,
    PhoneNumber,
    ShortText,
    ZoneName,
)
from shared.schemas.vocabulary import Language

_Text = Annotated[NoteText, Field(max_length=1000)]


class ClosureModel(Input):
    """Days on which the whole practice is closed, both included."""

    model_config = ConfigDict(from_attributes=True)

    first_day: CalendarDate
    last_day: CalendarDate
    reason: ShortText | None = None


class EmailTextsModel(Input):
    """What the practice adds to its e-mails, as plain text; empty is the same as none."""

    model_config = ConfigDict(from_attributes=True)

    arrival: _Text | None = Field(description="How to come or connect; in what tells of a visit.")
    cancelling: _Text | None = Field(description="What holds for changing or cancelling.")
    closing: _Text | None = Field(description="At the end of every e-mail.")


class EmailSettingsModel(Input):
    """How the practice writes to its clients, and of what."""

    model_config = ConfigDict(from_attributes=True)

    sender_name: ShortText | None = Field(
        description="Who an e-mail is from; none is the practice's name."
    )
    reply_to: EmailAddress | None = Field(
        description="Where answers go; none is the practice's address."
    )
    language: Language = Field(description="For clients of whom no other is known.")
    texts: EmailTextsModel
    staff_changes: bool = Field(
        strict=True,
        description="Clients hear by e-mail of what staff book, move or cancel without a request.",
    )
    decline_messages: bool = Field(
        strict=True, description="Staff may write the client a message when they decline."
    )

    def to_domain(self) -> EmailSettings:
        """Return the settings."""
        return EmailSettings(
            sender_name=self.sender_name,
            reply_to=self.reply_to,
            language=self.language,
            texts=EmailTexts(
                arrival=self.texts.arrival or None,
                cancelling=self.texts.cancelling or None,
                closing=self.texts.closing or None,
            ),
            staff_changes=self.staff_changes,
            decline_messages=self.decline_messages,
        )


class PracticeInput(Input):
    """All of the practice that can be edited; `id` and `slug` cannot."""

    name: ShortText
    time_zone: ZoneName
    phone: PhoneNumber | None
    email: EmailAddress | None
    locations: Annotated[list[ShortText], Field(max_length=50)]
    closures: Annotated[list[ClosureModel], Field(max_length=200)]
    emails: EmailSettingsModel

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
            emails=self.emails.to_domain(),
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
    emails: EmailSettingsModel
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
            emails=EmailSettingsModel.model_validate(practice.emails),
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
