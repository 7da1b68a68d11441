"""A small practice in a test's own database, and submissions to it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED, Confirmed
from services.scheduler.domain.people import Client, Practice, Service, StaffMember
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.approve_request import approve_request
from services.scheduler.use_cases.decide import Decided
from services.scheduler.use_cases.decline_request import decline_request
from services.scheduler.use_cases.receive_requests import receive_requests
from shared.auth.actors import Role
from shared.schemas.request_submitted import RequestSubmitted, RequestSubmittedData
from shared.schemas.vocabulary import Modality, RequestType

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
START = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)


@dataclass(frozen=True)
class SmallPractice:
    """One practice scheduler, two clinicians, a client of each, one service of 45 minutes."""

    store: Store
    practice: Practice
    priya: StaffMember
    dana: StaffMember
    marcus: StaffMember
    amara: Client
    keisha: Client
    session: Service

    def submission(self, **fields: Any) -> RequestSubmitted:
        """Return a submission: by default, Amara asks for a session with Dana."""
        identifier = fields.pop("request_id", None) or uuid4()
        practice_id = fields.pop("practice_id", self.practice.id)
        told: dict[str, Any] = {
            "request_id": identifier,
            "request_type": RequestType.NEW,
            "submitted_at": NOW,
            "submitted_by": "a test",
            "client_id": self.amara.id,
            "service_id": self.session.id,
            "clinician_id": self.dana.id,
            "start": START,
            **fields,
        }
        return RequestSubmitted(
            id=f"{identifier}:submitted",
            source="/tests",
            subject=str(identifier),
            time=NOW,
            practiceid=practice_id,
            correlationid=f"test-{identifier.hex}",
            data=RequestSubmittedData(**told),
        )

    async def receive(self, **fields: Any) -> UUID:
        """Take one submission in and return the request's id."""
        event = self.submission(**fields)
        assert await receive_requests(self.store, [event], now=NOW) == [None]
        return event.data.request_id


async def open_practice(store: Store) -> SmallPractice:
    """Save a practice of its own; call it twice for two practices."""
    identifier = uuid4()
    practice = Practice(
        identifier, identifier.hex, "A Practice", "America/New_York", None, "a@example.org"
    )

    def staff(name: str, role: Role) -> StaffMember:
        return StaffMember(uuid4(), practice.id, name, f"{name}@example.org".lower(), role)

    def client(name: str, clinician: StaffMember) -> Client:
        return Client(
            id=uuid4(),
            practice_id=practice.id,
            name=name,
            email=f"{name}@example.org".lower(),
            phone="+1 212 555 0111",
            birth_date=date(1990, 5, 17),
            assigned_staff_ids=(clinician.id,),
            portal_access=PortalAccess.ACTIVE,
        )

    dana, marcus = staff("Dana", Role.CLINICIAN), staff("Marcus", Role.CLINICIAN)
    small = SmallPractice(
        store=store,
        practice=practice,
        priya=staff("Priya", Role.PRACTICE_SCHEDULER),
        dana=dana,
        marcus=marcus,
        amara=client("Amara", dana),
        keisha=client("Keisha", marcus),
        session=Service(
            id=uuid4(),
            practice_id=practice.id,
            code="90834",
            label="Session",
            appointment_type="Therapy Session",
            minutes=45,
            modality=Modality.IN_PERSON,
            location="Room 1",
        ),
    )
    await store.practices.save(practice)
    for member in (small.priya, dana, marcus):
        await store.staff.save(member)
    for one in (small.amara, small.keisha):
        await store.clients.save(one)
    await store.services.save(small.session)
    return small


async def busy_intervals(store: Store) -> set[tuple[UUID, datetime, datetime]]:
    """Return (appointment, start, end) of all that the day documents hold."""
    return {
        (busy["appointment_id"], busy["start"], busy["end"])
        async for day in store.database["calendar_days"].find({})
        for busy in day["busy"]
    }


async def booked_intervals(store: Store) -> set[tuple[UUID, datetime, datetime]]:
    """Return the same of all booked appointments: the two must be equal."""
    return {
        (document["_id"], document["start"], document["end"])
        async for document in store.database["appointments"].find({"status": "booked"})
    }


def later(**amount: float) -> datetime:
    """Return START and some more."""
    return START + timedelta(**amount)


async def approve(
    small: SmallPractice,
    request: UUID,
    edits: Edits | None = None,
    *,
    version: int | None = None,
    confirmed: Confirmed = NOTHING_CONFIRMED,
    actor: StaffMember | None = None,
) -> Decided:
    """Approve, as the practice scheduler unless it is said who."""
    return await approve_request(
        small.store,
        actor or small.priya,
        request,
        edits or Edits(),
        confirmed=confirmed,
        expected_version=version,
        now=NOW,
    )


async def decline(
    small: SmallPractice,
    request: UUID,
    reason: str | None = None,
    *,
    message: str | None = None,
    version: int | None = None,
) -> Decided:
    """Decline as the practice scheduler."""
    return await decline_request(
        small.store,
        small.priya,
        request,
        reason,
        message=message,
        expected_version=version,
        now=NOW,
    )
