"""Pages of the staff of a practice, which is read as a whole: it is small."""

from collections.abc import Sequence
from uuid import UUID

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api import cursors
from services.scheduler.http_api.fhir.parameters import CURSOR, Search


def staff_page(
    members: Sequence[StaffMember], search: Search, order: str
) -> tuple[Sequence[StaffMember], str | None]:
    """Return the page that a search asks for, by name, and the cursor of the next one, if any.

    `order` is the name of the list in its cursors.
    """
    by_name = sorted(members, key=_position)
    after = cursors.decode_text(search.one(CURSOR.name), order)
    rest = [member for member in by_name if after is None or _position(member) > after]
    page = rest[: search.count]
    if len(page) == len(rest):
        return page, None
    return page, cursors.encode(order, *_position(page[-1]))


def _position(member: StaffMember) -> tuple[str, UUID]:
    return member.name, member.id
