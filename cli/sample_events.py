"""What the samples of e-mails are made of, as it is on the wire; the same words each time."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from demo_practice.people import CLIENTS, DANA, PRACTICE, ROOMS, demo_id
from shared.schemas.vocabulary import Language

NOW: Final = datetime(2027, 2, 22, 15, 32, tzinfo=UTC)
ASKED: Final = datetime(2027, 3, 2, 19, tzinfo=UTC)
BOOKED: Final = datetime(2027, 3, 3, 20, tzinfo=UTC)
PORTAL: Final = "https://portal.example.org/harbor-street"
TEXTS: Final = {
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


def envelope(data: dict[str, Any], what: str, happened: str) -> dict[str, Any]:
    """Return an event as it is on the wire; its id says what happened to what."""
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


def practice(language: Language) -> dict[str, Any]:
    """Return the practice, with texts in a language."""
    return {
        "name": PRACTICE.name,
        "time_zone": PRACTICE.time_zone,
        "phone": PRACTICE.phone,
        "email": PRACTICE.email,
        "language": language,
        "portal_url": PORTAL,
        "texts": TEXTS[language],
    }


def client(language: Language) -> dict[str, Any]:
    """Return the client, who chose a language."""
    client = CLIENTS["soren"]
    return {
        "client_id": str(client.id),
        "name": client.name,
        "email": client.email,
        "language": language,
    }


def appointment(**changes: Any) -> dict[str, Any]:
    """Return the appointment; `changes` replace members of it."""
    return {
        "appointment_id": str(demo_id("sample:appointment")),
        "sequence": 0,
        "status": "booked",
        "start": BOOKED.isoformat(),
        "end": (BOOKED + timedelta(minutes=45)).isoformat(),
        "minutes": 45,
        "clinician_id": str(DANA.id),
        "clinician_name": DANA.name,
        "modality": "in_person",
        "location": ROOMS[0],
        **changes,
    }


def previous(start: datetime) -> dict[str, Any]:
    """Return what it was before, from another time on."""
    return {
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=45)).isoformat(),
        "clinician_name": DANA.name,
    }


def change(field: str, asked: str, booked: str) -> dict[str, str]:
    """Return one thing booked otherwise."""
    return {"field": field, "asked": asked, "booked": booked}
