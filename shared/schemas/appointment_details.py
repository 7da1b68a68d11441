"""What an event tells a client's e-mail about an appointment.

Everything the e-mail says travels in the event, and nothing that an e-mail must not say: no alert,
no service code, no note (PRODUCT 8.11).
"""

from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from shared.schemas.fields import (
    EmailAddress,
    NoteText,
    PersonName,
    PhoneNumber,
    ShortText,
    UtcDatetime,
    WebAddress,
    ZoneName,
)
from shared.schemas.vocabulary import ChangedField, Language, Modality


class Part(BaseModel):
    """A piece of an event's data; what a later version adds is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class EmailTexts(Part):
    """What the practice adds to its e-mails, as plain text.

    `arrival` is how to come or connect (booked and moved), `cancelling` what holds for changing or
    cancelling, `closing` ends every e-mail.
    """

    arrival: NoteText | None = None
    cancelling: NoteText | None = None
    closing: NoteText | None = None


class PracticeContact(Part):
    """How the practice signs its e-mails and how one reaches it; `time_zone` is the practice's.

    `name` is the one that clients are to read. Replies go to `reply_to`, without it to `email`;
    `sender_name`, without it `name`, is who an e-mail is from. `language` is what clients are
    written to in who did not choose. `portal_url` is where clients ask for appointments.
    """

    name: ShortText
    time_zone: ZoneName
    phone: PhoneNumber | None = None
    email: EmailAddress | None = None
    sender_name: ShortText | None = None
    reply_to: EmailAddress | None = None
    language: Language | None = None
    portal_url: WebAddress | None = None
    texts: EmailTexts = EmailTexts()


class Addressee(Part):
    """Who is e-mailed; `time_zone` and `language` are their own where they told them."""

    name: PersonName
    email: EmailAddress
    time_zone: ZoneName | None = None
    language: Language | None = None


class Recipient(Addressee):
    """The client on record who is e-mailed."""

    client_id: UUID


class AskedFor(Part):
    """What the client asked for; fields left open by the client are absent."""

    start: UtcDatetime | None = None
    clinician_name: PersonName | None = None


class Booked(Part):
    """The appointment as it stands after the decision. Instants in UTC; `minutes` is its length.

    `sequence` rises with each change of the appointment (RFC 5545 SEQUENCE).
    """

    appointment_id: UUID
    sequence: int = Field(ge=0)
    status: Literal["booked", "cancelled"]
    start: UtcDatetime
    end: UtcDatetime
    minutes: int = Field(gt=0)
    clinician_id: UUID
    clinician_name: PersonName
    modality: Modality
    location: ShortText | None = None


class Previous(Part):
    """What the appointment was before a reschedule or a cancellation."""

    start: UtcDatetime
    end: UtcDatetime
    clinician_name: PersonName


class Change(Part):
    """One thing booked otherwise than asked.

    A start is an ISO 8601 instant, minutes are a number, a modality is one of its names.
    """

    field: ChangedField
    asked: ShortText
    booked: ShortText

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        adapter = _CHANGED_VALUES.get(self.field)
        if adapter is not None:
            adapter.validate_python(self.asked)
            adapter.validate_python(self.booked)
        return self


_CHANGED_VALUES: Final[dict[ChangedField, TypeAdapter[Any]]] = {
    ChangedField.START: TypeAdapter(UtcDatetime),
    ChangedField.MINUTES: TypeAdapter(Annotated[int, Field(gt=0)]),
    ChangedField.MODALITY: TypeAdapter(Modality),
}
