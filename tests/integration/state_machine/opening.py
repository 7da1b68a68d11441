"""Both practices' people and services in a database that holds nothing else."""

import asyncio

from services.scheduler.domain.email_settings import EmailSettings
from services.scheduler.domain.people import Client, Practice, Service, StaffMember
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.mongo.store import Store
from shared.auth.actors import Role
from tests.integration.state_machine.names import Names
from tests.integration.state_machine.people import (
    CLIENTS,
    EMAILS_STAFF_CHANGES,
    SERVICES,
    STAFF,
)


async def open_practices(store: Store, names: Names) -> None:
    """Empty the database and write them."""
    collections = await store.database.list_collection_names()
    await asyncio.gather(*(store.database[name].delete_many({}) for name in collections))
    await asyncio.gather(
        *(store.practices.save(_practice(names, name)) for name in EMAILS_STAFF_CHANGES),
        *(store.staff.save(member(names, name)) for name in STAFF),
        *(store.services.save(_service(names, name)) for name in SERVICES),
        *(store.clients.save(_client(names, name)) for name in CLIENTS),
    )


def member(names: Names, name: str) -> StaffMember:
    """Return somebody of the staff."""
    person = STAFF[name]
    return StaffMember(
        names.id_of(name),
        names.id_of(person.practice),
        name,
        f"{name}@example.org",
        Role.PRACTICE_SCHEDULER if person.runs_the_practice else Role.CLINICIAN,
    )


def _practice(names: Names, name: str) -> Practice:
    return Practice(
        names.id_of(name),
        name,
        name,
        "America/New_York",
        None,
        "office@example.org",
        emails=EmailSettings(staff_changes=EMAILS_STAFF_CHANGES[name]),
    )


def _service(names: Names, name: str) -> Service:
    offer = SERVICES[name]
    return Service(
        id=names.id_of(name),
        practice_id=names.id_of(offer.practice),
        code=f"code of {name}",
        label=f"label of {name}",
        appointment_type=f"type of {name}",
        minutes=offer.minutes,
        modality=offer.modality,
        location=offer.location,
        fewest_minutes=offer.fewest,
        most_minutes=offer.most,
    )


def _client(names: Names, name: str) -> Client:
    patient = CLIENTS[name]
    return Client(
        id=names.id_of(name),
        practice_id=names.id_of(patient.practice),
        name=patient.full_name,
        email=patient.email,
        phone="+1 212 555 0111",
        birth_date=patient.birth_date,
        assigned_staff_ids=tuple(names.id_of(one) for one in sorted(patient.assigned)),
        portal_access=PortalAccess.ACTIVE,
    )
