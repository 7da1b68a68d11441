"""A practice's staff by e-mail address and its services by code or label, as files name them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from services.scheduler.domain.people import Service, StaffMember
from services.scheduler.importing.cells import (
    CellRefused,
    email_address,
    email_addresses,
    short_text,
)
from services.scheduler.importing.findings import Code

T = TypeVar("T", StaffMember, Service)


class StaffDirectory:
    """Finds members of staff, former ones included."""

    def __init__(self, members: Iterable[StaffMember]) -> None:
        self._by_email: Final[dict[str, list[StaffMember]]] = defaultdict(list)
        for member in members:
            self._by_email[member.email.casefold()].append(member)

    def member(self, cell: str) -> StaffMember:
        """Read the address of one; raises CellRefused."""
        return self._find(email_address(cell))

    def members(self, cell: str) -> tuple[StaffMember, ...]:
        """Read the addresses of some, separated by semicolons; raises CellRefused."""
        found = [self._find(address) for address in email_addresses(cell)]
        if not found:
            raise CellRefused(Code.MISSING)
        return tuple(dict.fromkeys(found))

    def _find(self, address: str) -> StaffMember:
        found = self._by_email.get(address.casefold(), [])
        return _the_one(found, Code.STAFF_UNKNOWN, Code.STAFF_AMBIGUOUS)


class ServiceDirectory:
    """Finds services, without regard to upper and lower case."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._by_name: Final[dict[str, list[Service]]] = defaultdict(list)
        for service in services:
            for name in {service.code.casefold(), service.label.casefold()}:
                self._by_name[name].append(service)

    def service(self, cell: str) -> Service:
        """Read the code or the label of one; raises CellRefused."""
        found = self._by_name.get(short_text(cell).casefold(), [])
        return _the_one(found, Code.SERVICE_UNKNOWN, Code.SERVICE_AMBIGUOUS)


def _the_one(found: Sequence[T], unknown: Code, ambiguous: Code) -> T:
    """Return the only one; one that is active goes before those that are not."""
    active = [one for one in found if one.active]
    candidates = active or found
    if not candidates:
        raise CellRefused(unknown)
    if len(candidates) > 1:
        raise CellRefused(ambiguous)
    return candidates[0]
