"""Who is who in the demo practice."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from services.scheduler.domain.people import Client, Practice, StaffMember
from shared.auth.actors import Role
from shared.auth.tokens import PROSPECTIVE_SCOPE

_NAMESPACE: Final = UUID("0b1c7a52-9f3e-4d0a-8f6e-5a4b3c2d1e0f")


def demo_id(name: str) -> UUID:
    """Return the id of something in the demo practice; the same on every machine."""
    return uuid5(_NAMESPACE, name)


ROOMS: Final = ("12 Harbor Street, Suite 4", "12 Harbor Street, Suite 5")
OTHER_ROOM: Final = "48 Elm Row"

PRACTICE: Final = Practice(
    id=demo_id("practice:harbor-street"),
    slug="harbor-street",
    name="Harbor Street Practice",
    time_zone="America/New_York",
    phone="+1 212 555 0100",
    email="office@example.org",
    locations=ROOMS,
)
OTHER_PRACTICE: Final = Practice(
    id=demo_id("practice:elm-row"),
    slug="elm-row",
    name="Elm Row Counseling",
    time_zone="America/Los_Angeles",
    phone="+1 415 555 0100",
    email="elm-row@example.org",
    locations=(OTHER_ROOM,),
)


def _staff(key: str, name: str, role: Role, practice: Practice = PRACTICE) -> StaffMember:
    return StaffMember(demo_id(f"staff:{key}"), practice.id, name, f"{key}@example.org", role)


DANA: Final = _staff("dana", "Dana Reyes", Role.CLINICIAN)
MARCUS: Final = _staff("marcus", "Marcus Oyelaran", Role.CLINICIAN)
INES: Final = _staff("ines", "Inês Carvalho", Role.INTERN)
PRIYA: Final = _staff("priya", "Priya Raman", Role.PRACTICE_SCHEDULER)
OLGA: Final = _staff("olga", "Olga Lindqvist", Role.PRACTICE_SCHEDULER, OTHER_PRACTICE)

STAFF: Final = {
    "dana": DANA,
    "marcus": MARCUS,
    "ines": INES,
    "priya": PRIYA,
    "olga": OLGA,
}

_TELEPHONE: Final = "+1 212 555 {:04d}"


def _client(
    number: int, name: str, born: str, *assigned: StaffMember, zone: str | None = None
) -> tuple[str, Client]:
    given, _, family = name.casefold().partition(" ")
    key = given.translate(_PLAIN)
    return key, Client(
        id=demo_id(f"client:{key}"),
        practice_id=PRACTICE.id,
        name=name,
        email=f"{key}.{family.translate(_PLAIN)}@example.org",
        phone=_TELEPHONE.format(110 + number),
        birth_date=date.fromisoformat(born),
        assigned_staff_ids=tuple(member.id for member in assigned),
        time_zone=zone,
    )


_PLAIN: Final = str.maketrans("éèëêáàäåãíïóöøôúüçñšžı", "eeeeaaaaaiioooouucnszi", " '-")

CLIENTS: Final = dict(
    [
        _client(1, "Amara Okafor", "1988-03-14", DANA),
        _client(2, "Benjamin Walsh", "1975-11-02", DANA),
        _client(3, "Chloé Lambert", "1993-07-21", DANA),
        _client(4, "Darius Novak", "1982-01-30", DANA),
        _client(5, "Elena Petrova", "1969-05-09", DANA, zone="America/Chicago"),
        _client(6, "Farah Haddad", "1997-09-17", DANA, INES),
        _client(7, "Gabriel Santos", "1990-12-05", DANA),
        _client(8, "Hannah Lindgren", "1985-04-26", DANA),
        _client(9, "Isaac Thompson", "2001-02-11", DANA),
        _client(10, "Jun Nakamura", "1978-08-19", DANA),
        _client(11, "Keisha Robinson", "1992-06-03", MARCUS),
        _client(12, "Liam O'Connell", "1986-10-28", MARCUS),
        _client(13, "Maya Goldberg", "1995-01-16", MARCUS),
        _client(14, "Noah Fischer", "1972-07-07", MARCUS),
        _client(15, "Olivia Brandt", "1999-03-23", MARCUS),
        _client(16, "Paulo Ferreira", "1981-09-12", MARCUS),
        _client(17, "Quinn Mackenzie", "1989-11-25", MARCUS),
        _client(18, "Rosa Jiménez", "1967-02-18", MARCUS, zone="America/Los_Angeles"),
        _client(19, "Søren Dahl", "1994-05-31", MARCUS, INES),
        _client(20, "Tara Singh", "1983-12-20", INES),
        _client(21, "Umar Siddiqui", "1998-08-08", INES),
        _client(22, "Valentina Rossi", "1991-04-04", INES),
        _client(23, "Wesley Grant", "2003-10-15", INES),
        _client(24, "Xiomara Delgado", "1987-06-27", INES),
        _client(25, "Yusuf Demir", "1979-01-08", DANA, MARCUS),
    ]
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody one can be; `claims` are those of their token."""

    key: str
    name: str
    what: str
    practice: Practice
    claims: dict[str, str]


def people() -> list[Person]:
    """Return everybody one can be: staff, clients, and the portal for those without a record."""
    staff = [
        Person(
            key,
            member.name,
            member.role.value.replace("_", " "),
            OTHER_PRACTICE if member.practice_id == OTHER_PRACTICE.id else PRACTICE,
            {"role": member.role.value, "staff_id": str(member.id)},
        )
        for key, member in STAFF.items()
    ]
    clients = [
        Person(key, client.name, "client", PRACTICE, {"client_id": str(client.id)})
        for key, client in CLIENTS.items()
    ]
    portal = Person(
        "portal",
        "the practice's portal",
        "asks for people without a record",
        PRACTICE,
        {"scope": PROSPECTIVE_SCOPE},
    )
    return [*staff, *clients, portal]


def find_person(key: str) -> Person | None:
    """Return the person with that key, or None."""
    return next((person for person in people() if person.key == key), None)
