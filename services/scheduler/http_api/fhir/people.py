"""Clients as FHIR `Patient`s and staff as `Practitioner`s: what a calendar needs of them."""

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.http_api.fhir.datatypes import UUID_SYSTEM, Resource, meta, reference


def patient_resource(client: Client) -> Resource:
    """Return a client: how to call, reach and tell them apart, and whose client they are."""
    told: Resource = {
        "resourceType": "Patient",
        "id": str(client.id),
        "meta": meta(client.version),
        "identifier": [{"system": UUID_SYSTEM, "value": client.id.urn}],
        "name": [{"text": client.name}],
        "birthDate": client.birth_date.isoformat(),
    }
    contacts = [("phone", client.phone), ("email", client.email)]
    if known := [{"system": system, "value": value} for system, value in contacts if value]:
        told["telecom"] = known
    if client.assigned_staff_ids:
        told["generalPractitioner"] = [
            reference("Practitioner", staff_id) for staff_id in client.assigned_staff_ids
        ]
    return told


def practitioner_resource(member: StaffMember) -> Resource:
    """Return a member of staff; one who has left is not `active`."""
    return {
        "resourceType": "Practitioner",
        "id": str(member.id),
        "meta": meta(member.version),
        "identifier": [{"system": UUID_SYSTEM, "value": member.id.urn}],
        "active": member.active,
        "name": [{"text": member.name}],
    }
