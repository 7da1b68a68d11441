"""Who may see what, as a part of every query (PRODUCT 7).

Requests and appointments carry `visible_to`, the staff who may see them (ADR 0005). A practice
scheduler sees the whole practice; everybody else what names them there.
"""

from shared.auth.actors import Role, StaffActor
from shared.mongo import Document


def visible_to(actor: StaffActor) -> Document:
    """Return the filter that every read on behalf of `actor` begins with."""
    if actor.role is Role.PRACTICE_SCHEDULER:
        return {"practice_id": actor.practice_id}
    return {"practice_id": actor.practice_id, "visible_to": actor.staff_id}
