"""A row of the clients' file."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.importing.cells import (
    Cells,
    birth_date,
    email_address,
    one_of,
    person_name,
    phone_number,
    reference,
    zone_name,
)
from services.scheduler.importing.csv_file import CsvRow
from services.scheduler.importing.directories import StaffDirectory
from services.scheduler.importing.findings import Code, Finding, Findings
from shared.schemas.vocabulary import Language

COLUMNS: Final = ("id", "name", "email", "phone", "birth_date", "assigned", "time_zone")
MAY_FOLLOW: Final = ("language",)
"""What a file may have after those, or not."""


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A row that can be read, as the record it will be, and the staff it names."""

    number: int
    client: Client
    assigned: tuple[StaffMember, ...]

    @property
    def obstacles(self) -> Findings:
        """Why the record cannot be made now; what is on record already stays all the same."""
        return tuple(
            Finding(code, "assigned") for code in dict.fromkeys(map(why_not, self.assigned)) if code
        )

    def differences(self, standing: Client) -> Findings:
        """Return where the record is not as the row says; an empty cell says nothing."""
        said = self.client
        compared = {
            "name": said.name != standing.name,
            "email": said.email != standing.email,
            "phone": said.phone != standing.phone,
            "birth_date": said.birth_date != standing.birth_date,
            "assigned": set(said.assigned_staff_ids) != set(standing.assigned_staff_ids),
            "time_zone": said.time_zone not in (None, standing.time_zone),
            "language": said.language not in (None, standing.language),
        }
        return tuple(Finding(Code.DIFFERS, column) for column, other in compared.items() if other)


def client_id(practice_id: UUID, reference: str) -> UUID:
    """Return the id of the record that a row becomes: the same each time it is imported."""
    return uuid5(practice_id, f"import:client:{reference}")


def read_client(
    row: CsvRow, practice_id: UUID, staff: StaffDirectory, *, today: date
) -> ClientRow | Findings:
    """Return the row, or all that is wrong with it; nobody is born after `today`."""
    cells = Cells(row, COLUMNS + MAY_FOLLOW)
    identifier = cells.take("id", reference)
    name = cells.take("name", person_name)
    email = cells.take("email", email_address)
    phone = cells.take("phone", phone_number)
    born = cells.take("birth_date", birth_date(today))
    assigned = cells.take("assigned", staff.members)
    zone = cells.take("time_zone", zone_name, needed=False)
    language = cells.take("language", one_of(Language, Code.LANGUAGE_UNKNOWN), needed=False)
    if (
        cells.findings
        or identifier is None
        or name is None
        or email is None
        or phone is None
        or born is None
        or assigned is None
    ):
        return tuple(cells.findings)
    client = Client(
        id=client_id(practice_id, identifier),
        practice_id=practice_id,
        name=name,
        email=email,
        phone=phone,
        birth_date=born,
        assigned_staff_ids=tuple(member.id for member in assigned),
        time_zone=zone,
        language=language,
    )
    return ClientRow(row.number, client, assigned)


def why_not(member: StaffMember) -> Code | None:
    """Return why somebody can have no clients any more, or never could."""
    if not member.active:
        return Code.STAFF_INACTIVE
    return None if member.bookable else Code.STAFF_SEES_NO_CLIENTS
