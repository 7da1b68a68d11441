"""Pages of the staff of a practice, which is read as a whole: it is small."""

from collections.abc import Sequence
from uuid import UUID

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import UnknownCursor
from services.scheduler.http_api import cursors
from services.scheduler.http_api.fhir.parameters import CURSOR, Search


def staff_page(
    members: Sequence[StaffMember], search: Search, order: str
) -> tuple[Sequence[StaffMember], str | None]:
    """Return the page that a search asks for, by name, and the cursor of the next one, if any.

    `order` is the name of the list in its cursors.
    """
    by_name = sorted(members, key=_position)
    last_id = cursors.decode_id(search.one(CURSOR.name), order)
    last = next((member for member in by_name if member.id == last_id), None)
    if last_id is not None and last is None:
        raise UnknownCursor
    rest = [member for member in by_name if last is None or _position(member) > _position(last)]
    page = rest[: search.count]
    if len(page) == len(rest):
        return page, None
    return page, cursors.encode(order, None, page[-1].id)


def _position(member: StaffMember) -> tuple[str, UUID]:
    return member.name, member.id
