"""One of each e-mail that clients get, in each language: events like those that the services send.

Times are fixed, so that the same is written each time; people are those of the demo practice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cached_property, partial
from typing import Any, Final

from demo_practice.people import CLIENTS, DANA, INES, PRACTICE, ROOMS, demo_id
from services.notifier.client_news import ClientEvent, news_of
from services.notifier.compose_decline import compose_decline
from services.notifier.compose_email import compose_email
from services.notifier.compose_invitation import compose_invitation
from shared.schemas.appointment_changed import AppointmentChanged
from shared.schemas.client_invited import ClientInvited
from shared.schemas.request_approved import RequestApproved
from shared.schemas.request_declined import RequestDeclined
from shared.schemas.vocabulary import Language

NOW: Final = datetime(2027, 2, 22, 15, 32, tzinfo=UTC)
_ASKED: Final = datetime(2027, 3, 2, 19, tzinfo=UTC)
_BOOKED: Final = datetime(2027, 3, 3, 20, tzinfo=UTC)
_FROM: Final = {"mail_from": "appointments@example.org", "mail_domain": "example.org"}
_PORTAL: Final = "https://portal.example.org/harbor-street"
_TEXTS: Final = {
    Language.ENGLISH: {
        "arrival": "Please ring at the blue door. The waiting room is on the second floor.",
        "cancelling": "Please tell us 24 hours ahead if you cannot come.",
        "closing": "Warm regards,\nyour team at Harbor Street",
        "declined": "Dana is away that week, and we are sorry that it took us a day to say so."
        "\n\nTuesdays after four are often free. Would one of those suit you?",
    },
    Language.GERMAN: {
        "arrival": "Bitte klingeln Sie an der blauen T\u00fcr. Das Wartezimmer ist im zweiten "
        "Stock.",
        "cancelling": "Bitte sagen Sie uns 24 Stunden vorher Bescheid, wenn Sie nicht kommen "
        "k\u00f6nnen.",
        "closing": "Mit freundlichen Gr\u00fc\u00dfen\nIhr Team der Harbor Street",
        "declined": "Dana ist in dieser Woche nicht da. Bitte entschuldigen Sie, dass wir uns erst "
        "heute melden.\n\nDienstags nach vier ist oft etwas frei. Passt Ihnen das?",
    },
    Language.SPANISH: {
        "arrival": "Por favor, llame a la puerta azul. La sala de espera est\u00e1 en el segundo "
        "piso.",
        "cancelling": "Av\u00edsenos con 24 horas de antelaci\u00f3n si no puede venir.",
        "closing": "Un cordial saludo,\nel equipo de Harbor Street",
        "declined": "Dana no estar\u00e1 esa semana; disculpe que hayamos tardado un d\u00eda en "
        "dec\u00edrselo.\n\nLos martes despu\u00e9s de las cuatro suele haber horas libres. "
        "\u00bfLe vendr\u00eda bien?",
    },
}


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
                _change("start", _ASKED.isoformat(), _BOOKED.isoformat()),
                _change("clinician", INES.name, DANA.name),
                _change("minutes", "60", "45"),
            ],
        )
    )


def _booked_online_from_elsewhere(language: Language) -> Compose:
    """Return one of a practice that only has a portal, to a client who lives by another clock."""
    practice = {**_practice(language), "phone": None, "email": None, "texts": {}}
    client = {**_client(language), "time_zone": "America/Los_Angeles"}
    appointment = _appointment(modality="telehealth", location=None)
    return _email(_approved(language, practice=practice, client=client, appointment=appointment))


def _moved_as_asked(language: Language) -> Compose:
    return _email(
        _approved(
            language,
            request_type="reschedule",
            appointment=_appointment(sequence=1),
            previous=_previous(_ASKED),
        )
    )


def _moved_by_staff(language: Language) -> Compose:
    changes = [_change("start", _ASKED.isoformat(), _BOOKED.isoformat())]
    return _email(_changed(language, "moved", previous=_previous(_ASKED), changes=changes))


def _changed_by_staff(language: Language) -> Compose:
    changes = [_change("location", ROOMS[1], ROOMS[0])]
    return _email(_changed(language, "moved", previous=_previous(_BOOKED), changes=changes))


def _cancelled_as_asked(language: Language) -> Compose:
    return _email(
        _approved(
            language,
            request_type="cancellation",
            appointment=_appointment(sequence=1, status="cancelled"),
            previous=_previous(_BOOKED),
        )
    )


def _cancelled_by_staff(language: Language) -> Compose:
    appointment = _appointment(sequence=1, status="cancelled")
    return _email(
        _changed(language, "cancelled", appointment=appointment, previous=_previous(_BOOKED))
    )


def _declined(language: Language) -> Compose:
    message = {
        "text": _TEXTS[language]["declined"],
        "practice": _practice(language),
        "client": _client(language),
        "asked": {"start": _ASKED.isoformat(), "clinician_name": DANA.name},
    }
    data = {
        "request_id": str(demo_id("sample:request")),
        "request_type": "new",
        "decided_at": NOW.isoformat(),
        "message": message,
    }
    event = RequestDeclined.model_validate(_envelope(data, "request", "declined"))
    return partial(compose_decline, event, **_FROM, now=NOW)


def _invited(language: Language) -> Compose:
    data = {
        "invitation_id": str(demo_id("sample:invitation")),
        "invited_at": NOW.isoformat(),
        "practice": {**_practice(language), "texts": {}},
        "client": _client(language),
        "portal_url": _PORTAL,
    }
    event = ClientInvited.model_validate(_envelope(data, "invitation", "invited"))
    return partial(compose_invitation, event, **_FROM, now=NOW)


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
    return partial(compose_email, news_of(event), **_FROM, now=NOW)


def _approved(language: Language, **data: Any) -> RequestApproved:
    whole = {
        "request_id": str(demo_id("sample:request")),
        "request_type": "new",
        "decided_at": NOW.isoformat(),
        "practice": _practice(language),
        "client": _client(language),
        "asked": {"start": _ASKED.isoformat(), "clinician_name": DANA.name},
        "appointment": _appointment(),
        **data,
    }
    return RequestApproved.model_validate(_envelope(whole, "request", "approved"))


def _changed(language: Language, change: str, **data: Any) -> AppointmentChanged:
    whole = {
        "change": change,
        "changed_at": NOW.isoformat(),
        "notify_client": True,
        "practice": _practice(language),
        "client": _client(language),
        "appointment": _appointment(sequence=1),
        **data,
    }
    return AppointmentChanged.model_validate(_envelope(whole, "appointment", "1:changed"))


def _envelope(data: dict[str, Any], what: str, happened: str) -> dict[str, Any]:
    about = demo_id(f"sample:{what}")
    return {
        "id": f"{about}:{happened}",
        "source": "/openchair/scheduler",
        "subject": str(about),
        "time": NOW.isoformat(),
        "practiceid": str(PRACTICE.id),
        "correlationid": "sample",
        "data": data,
    }


def _practice(language: Language) -> dict[str, Any]:
    return {
        "name": PRACTICE.name,
        "time_zone": PRACTICE.time_zone,
        "phone": PRACTICE.phone,
        "email": PRACTICE.email,
        "language": language,
        "portal_url": _PORTAL,
        "texts": _TEXTS[language],
    }


def _client(language: Language) -> dict[str, Any]:
    client = CLIENTS["soren"]
    return {
        "client_id": str(client.id),
        "name": client.name,
        "email": client.email,
        "language": language,
    }


def _appointment(**changes: Any) -> dict[str, Any]:
    return {
        "appointment_id": str(demo_id("sample:appointment")),
        "sequence": 0,
        "status": "booked",
        "start": _BOOKED.isoformat(),
        "end": (_BOOKED + timedelta(minutes=45)).isoformat(),
        "minutes": 45,
        "clinician_id": str(DANA.id),
        "clinician_name": DANA.name,
        "modality": "in_person",
        "location": ROOMS[0],
        **changes,
    }


def _previous(start: datetime) -> dict[str, Any]:
    return {
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=45)).isoformat(),
        "clinician_name": DANA.name,
    }


def _change(field: str, asked: str, booked: str) -> dict[str, str]:
    return {"field": field, "asked": asked, "booked": booked}
