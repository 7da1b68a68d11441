"""The words that are the same on the wire, in the rules and in the data (PRODUCT "Words")."""

from enum import StrEnum


class RequestType(StrEnum):
    """What a client asks for."""

    NEW = "new"
    RESCHEDULE = "reschedule"
    CANCELLATION = "cancellation"


class RequestStatus(StrEnum):
    """`pending` becomes one of the others, once; those are final."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Modality(StrEnum):
    """How client and clinician meet."""

    IN_PERSON = "in_person"
    TELEHEALTH = "telehealth"


class Language(StrEnum):
    """What clients are written to in, as ISO 639-1 has it."""

    ENGLISH = "en"
    GERMAN = "de"
    SPANISH = "es"


class ChangedField(StrEnum):
    """What staff may book otherwise than asked, and the client is told."""

    START = "start"
    CLINICIAN = "clinician"
    SERVICE = "service"
    MINUTES = "minutes"
    MODALITY = "modality"
    LOCATION = "location"
