"""One of each e-mail that clients get, in each language: events like those that the services send.

Times are fixed, so that the same is written each time; people are those of the demo practice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property, partial
from typing import Any, Final

from cli import sample_events as wire
from demo_practice.people import DANA, INES, ROOMS, demo_id
from services.notifier.client_news import ClientEvent, news_of
from services.notifier.compose_decline import compose_decline
from services.notifier.compose_email import compose_email
from services.notifier.compose_invitation import compose_invitation
from shared.schemas.appointment_changed import AppointmentChanged
from shared.schemas.client_invited import ClientInvited
from shared.schemas.request_approved import RequestApproved
from shared.schemas.request_declined import RequestDeclined
from shared.schemas.vocabulary import Language

_FROM: Final = {"mail_from": "appointments@example.org", "mail_domain": "example.org"}


Compose = Callable[[], EmailMessage]


@dataclass(frozen=True)
class Sample:
    """One e-mail, and what it is an example of."""

    kind: str
    language: Language
    compose: Compose

    @cached_property
    def message(self) -> EmailMessage:
        """The e-mail."""
        return self.compose()

    @property
    def name(self) -> str:
        """The name of its files, without what follows the last dot."""
        return f"{self.kind}.{self.language}"


def samples() -> Iterator[Sample]:
    """Yield every kind in every language."""
    for kind, sample_in in _KINDS.items():
        for language in Language:
            yield Sample(kind, language, sample_in(language))


def _booked(language: Language) -> Compose:
    return _email(_approved(language))


def _booked_otherwise(language: Language) -> Compose:
    return _email(
        _approved(
            language,
            changes=[
                wire.change("start", wire.ASKED.isoformat(), wire.BOOKED.isoformat()),
                wire.change("clinician", INES.name, DANA.name),
                wire.change("minutes", "60", "45"),
            ],
        )
    )


def _booked_online_from_elsewhere(language: Language) -> Compose:
    """Return one of a practice that only has a portal, to a client who lives by another clock."""
    practice = {**wire.practice(language), "phone": None, "email": None, "texts": {}}
    client = {**wire.client(language), "time_zone": "America/Los_Angeles"}
    appointment = wire.appointment(modality="telehealth", location=None)
    return _email(_approved(language, practice=practice, client=client, appointment=appointment))


def _moved_as_asked(language: Language) -> Compose:
    return _email(
        _approved(
            language,
            request_type="reschedule",
            appointment=wire.appointment(sequence=1),
            previous=wire.previous(wire.ASKED),
        )
    )


def _moved_by_staff(language: Language) -> Compose:
    changes = [wire.change("start", wire.ASKED.isoformat(), wire.BOOKED.isoformat())]
    return _email(_changed(language, "moved", previous=wire.previous(wire.ASKED), changes=changes))


def _changed_by_staff(language: Language) -> Compose:
    changes = [wire.change("location", ROOMS[1], ROOMS[0])]
    return _email(_changed(language, "moved", previous=wire.previous(wire.BOOKED), changes=changes))


def _cancelled_as_asked(language: Language) -> Compose:
    return _email(
        _approved(
            language,
            request_type="cancellation",
            appointment=wire.appointment(sequence=1, status="cancelled"),
            previous=wire.previous(wire.BOOKED),
        )
    )


def _cancelled_by_staff(language: Language) -> Compose:
    appointment = wire.appointment(sequence=1, status="cancelled")
    return _email(
        _changed(
            language, "cancelled", appointment=appointment, previous=wire.previous(wire.BOOKED)
        )
    )


def _declined(language: Language) -> Compose:
    message = {
        "text": wire.TEXTS[language]["declined"],
        "practice": wire.practice(language),
        "client": wire.client(language),
        "asked": {"start": wire.ASKED.isoformat(), "clinician_name": DANA.name},
    }
    data = {
        "request_id": str(demo_id("sample:request")),
        "request_type": "new",
        "decided_at": wire.NOW.isoformat(),
        "message": message,
    }
    event = RequestDeclined.model_validate(wire.envelope(data, "request", "declined"))
    return partial(compose_decline, event, **_FROM, now=wire.NOW)


def _invited(language: Language) -> Compose:
    data = {
        "invitation_id": str(demo_id("sample:invitation")),
        "invited_at": wire.NOW.isoformat(),
        "practice": {**wire.practice(language), "texts": {}},
        "client": wire.client(language),
        "portal_url": wire.PORTAL,
    }
    event = ClientInvited.model_validate(wire.envelope(data, "invitation", "invited"))
    return partial(compose_invitation, event, **_FROM, now=wire.NOW)


_KINDS: Final[dict[str, Callable[[Language], Compose]]] = {
    "booked": _booked,
    "booked-otherwise": _booked_otherwise,
    "booked-online": _booked_online_from_elsewhere,
    "moved-as-asked": _moved_as_asked,
    "moved-by-staff": _moved_by_staff,
    "changed-by-staff": _changed_by_staff,
    "cancelled-as-asked": _cancelled_as_asked,
    "cancelled-by-staff": _cancelled_by_staff,
    "declined": _declined,
    "invited": _invited,
}


def _email(event: ClientEvent) -> Compose:
    return partial(compose_email, news_of(event), **_FROM, now=wire.NOW)


def _approved(language: Language, **data: Any) -> RequestApproved:
    whole = {
        "request_id": str(demo_id("sample:request")),
        "request_type": "new",
        "decided_at": wire.NOW.isoformat(),
        "practice": wire.practice(language),
        "client": wire.client(language),
        "asked": {"start": wire.ASKED.isoformat(), "clinician_name": DANA.name},
        "appointment": wire.appointment(),
        **data,
    }
    return RequestApproved.model_validate(wire.envelope(whole, "request", "approved"))


def _changed(language: Language, change: str, **data: Any) -> AppointmentChanged:
    whole = {
        "change": change,
        "changed_at": wire.NOW.isoformat(),
        "notify_client": True,
        "practice": wire.practice(language),
        "client": wire.client(language),
        "appointment": wire.appointment(sequence=1),
        **data,
    }
    return AppointmentChanged.model_validate(wire.envelope(whole, "appointment", "1:changed"))
