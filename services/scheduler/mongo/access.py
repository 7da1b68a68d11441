"""Who may see what, as a part of every query (PRODUCT 7).

Requests and appointments carry `visible_to`, the staff who may see them (ADR 0005). A practice
scheduler sees the whole practice; everybody else what names them there.
"""

from services.scheduler.domain.people import StaffMember
from shared.auth.actors import ClientActor, PortalActor
from shared.mongo import Document


def visible_to(actor: StaffMember) -> Document:
    """Return the filter that every read on behalf of `actor` begins with."""
    if actor.runs_the_practice:
        return {"practice_id": actor.practice_id}
    return {"practice_id": actor.practice_id, "visible_to": actor.id}


def clients_visible_to(actor: StaffMember) -> Document:
    """Return the same for client records: everybody else sees the clients assigned to them."""
    if actor.runs_the_practice:
        return {"practice_id": actor.practice_id}
    return {"practice_id": actor.practice_id, "assigned_staff_ids": actor.id}


def own_requests(actor: PortalActor) -> Document:
    """Return the filter for the requests of a client, or of those whom the portal asks for."""
    if isinstance(actor, ClientActor):
        return {"practice_id": actor.practice_id, "client.client_id": actor.client_id}
    return {
        "practice_id": actor.practice_id,
        "submitted_by": actor.subject,
        "client.is_new": True,
    }


def may_see(actor: StaffMember, document: Document) -> bool:
    """Say of a request or an appointment what `visible_to` asks for, where there is no query."""
    if document["practice_id"] != actor.practice_id:
        return False
    return actor.runs_the_practice or actor.id in document["visible_to"]
