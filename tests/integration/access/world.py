"""Two practices, everybody one can be in them, and records of which each sees only their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID, uuid4

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.email_settings import EmailSettings
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import Client, Practice, Service, StaffMember
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.domain.work_schedule import WeeklyHours, WorkSchedule
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.approve_request import approve_request
from services.scheduler.use_cases.decline_request import decline_request
from services.scheduler.use_cases.receive_requests import receive_requests
from services.scheduler.use_cases.record_notification import EmailOutcome, record_notification
from shared.auth.actors import Role
from shared.auth.local_issuer import LocalIssuer
from shared.auth.tokens import PROSPECTIVE_SCOPE
from shared.schemas.request_submitted import RequestSubmitted, RequestSubmittedData
from shared.schemas.vocabulary import Modality, RequestType


class Who(StrEnum):
    """Everybody who may call; `assigned` staff see the client that the records are about."""

    NOBODY = "nobody"
    FORGER = "forger"
    CLIENT = "client"
    OTHER_CLIENT = "other client"
    PORTAL = "portal"
    SCHEDULER = "practice scheduler"
    ASSIGNED_CLINICIAN = "assigned clinician"
    ASSIGNED_INTERN = "assigned intern"
    OTHER_CLINICIAN = "other clinician"
    OTHER_INTERN = "other intern"
    FORMER = "former colleague"
    STRANGER = "scheduler of another practice"


@dataclass(frozen=True)
class World:
    """The records; all are of `client`, whom the assigned staff and the practice scheduler see."""

    store: Store
    practice: Practice
    staff: Mapping[Who, StaffMember]
    client: Client
    service: Service
    pending_id: UUID
    approved_id: UUID
    declined_id: UUID
    appointment: Appointment
    soon: datetime
    headers: Mapping[Who, dict[str, str]]

    @property
    def clinician(self) -> StaffMember:
        """The clinician of the records."""
        return self.staff[Who.ASSIGNED_CLINICIAN]

    @property
    def markers(self) -> tuple[str, ...]:
        """Return what only those may read who may see the client."""
        return (
            str(self.client.id),
            self.client.name,
            self.client.email,
            str(self.pending_id),
            str(self.approved_id),
            str(self.declined_id),
            str(self.appointment.id),
        )


async def make_world(store: Store, key_file: Path) -> World:
    """Return a world of its own; nothing is shared with another's."""
    practice, elsewhere = _practice(), _practice()
    staff = {
        Who.SCHEDULER: _member(practice, Role.PRACTICE_SCHEDULER),
        Who.ASSIGNED_CLINICIAN: _member(practice, Role.CLINICIAN),
        Who.ASSIGNED_INTERN: _member(practice, Role.INTERN),
        Who.OTHER_CLINICIAN: _member(practice, Role.CLINICIAN),
        Who.OTHER_INTERN: _member(practice, Role.INTERN),
        Who.FORMER: _member(practice, Role.PRACTICE_SCHEDULER, active=False),
        Who.STRANGER: _member(elsewhere, Role.PRACTICE_SCHEDULER),
    }
    clinician, intern = staff[Who.ASSIGNED_CLINICIAN], staff[Who.ASSIGNED_INTERN]
    client = _client(practice, clinician, intern)
    other = _client(practice, staff[Who.OTHER_CLINICIAN])
    service = _service(practice)
    await store.practices.save(practice)
    await store.practices.save(elsewhere)
    for member in staff.values():
        await store.staff.save(member)
    await store.clients.save(client)
    await store.clients.save(other)
    await store.services.save(service)
    await store.work_schedules.save(_schedule(clinician))
    soon = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0) + timedelta(days=9)
    submissions = [
        _submission(client, clinician, service, soon + timedelta(hours=n)) for n in (0, 2)
    ]
    submissions.append(_submission(client, clinician, service, soon + timedelta(hours=4)))
    now = datetime.now(UTC)
    await receive_requests(store, submissions, now=now)
    pending, approved, declined = (event.data.request_id for event in submissions)
    booked = await approve_request(
        store, staff[Who.SCHEDULER], approved, Edits(), expected_version=None, now=now
    )
    await decline_request(
        store,
        staff[Who.SCHEDULER],
        declined,
        None,
        message="We have no room.",
        expected_version=None,
        now=now,
    )
    assert booked.appointment is not None
    for event_id in (f"{approved}:approved", f"{declined}:declined"):
        failed = Notification(event_id, NotificationStatus.FAILED, now, "given-up")
        assert await record_notification(store, EmailOutcome(practice.id, failed))
    return World(
        store=store,
        practice=practice,
        staff=staff,
        client=client,
        service=service,
        pending_id=pending,
        approved_id=approved,
        declined_id=declined,
        appointment=booked.appointment,
        soon=soon,
        headers=_headers(practice, staff, client, other, LocalIssuer.load(key_file)),
    )


def _practice() -> Practice:
    identifier = uuid4()
    name = f"Practice {identifier.hex[:6]}"
    return Practice(
        identifier,
        identifier.hex,
        name,
        "America/New_York",
        None,
        "a@example.org",
        emails=EmailSettings(decline_messages=True),
    )


def _member(practice: Practice, role: Role, *, active: bool = True) -> StaffMember:
    identifier = uuid4()
    name = f"Staff {identifier.hex[:6]}"
    email = f"{identifier.hex}@example.org"
    return StaffMember(identifier, practice.id, name, email, role, active=active)


def _client(practice: Practice, *assigned: StaffMember) -> Client:
    identifier = uuid4()
    return Client(
        id=identifier,
        practice_id=practice.id,
        name=f"Amara {identifier.hex[:12]}",
        email=f"{identifier.hex}@example.org",
        phone="+1 212 555 0111",
        birth_date=date(1990, 5, 17),
        assigned_staff_ids=tuple(member.id for member in assigned),
        portal_access=PortalAccess.ACTIVE,
    )


def _service(practice: Practice) -> Service:
    return Service(
        id=uuid4(),
        practice_id=practice.id,
        code="90834",
        label="Session",
        appointment_type="Therapy Session",
        minutes=45,
        modality=Modality.IN_PERSON,
        location="Room 1",
        fewest_minutes=38,
        most_minutes=52,
    )


def _schedule(clinician: StaffMember) -> WorkSchedule:
    hours = tuple(WeeklyHours(day, time(8), time(0)) for day in range(7))
    return WorkSchedule(clinician.id, clinician.practice_id, weekly=hours)


def _submission(
    client: Client, clinician: StaffMember, service: Service, start: datetime
) -> RequestSubmitted:
    identifier, now = uuid4(), datetime.now(UTC)
    return RequestSubmitted(
        id=f"{identifier}:submitted",
        source="/tests",
        subject=str(identifier),
        time=now,
        practiceid=client.practice_id,
        correlationid=f"test-{identifier.hex}",
        data=RequestSubmittedData(
            request_id=identifier,
            request_type=RequestType.NEW,
            submitted_at=now,
            submitted_by="a test",
            client_id=client.id,
            service_id=service.id,
            clinician_id=clinician.id,
            start=start,
        ),
    )


def _headers(
    practice: Practice,
    staff: Mapping[Who, StaffMember],
    client: Client,
    other: Client,
    issuer: LocalIssuer,
) -> dict[Who, dict[str, str]]:
    now = datetime.now(UTC)

    def bearer(**claims: str) -> dict[str, str]:
        told = {"sub": "someone", "practice_id": str(practice.id), **claims}
        token = issuer.sign(told, audience="openchair", now=now)
        return {"Authorization": f"Bearer {token}"}

    headers = {
        who: bearer(
            practice_id=str(member.practice_id), role=member.role.value, staff_id=str(member.id)
        )
        for who, member in staff.items()
    }
    headers[Who.NOBODY] = {}
    headers[Who.FORGER] = {"Authorization": headers[Who.SCHEDULER]["Authorization"][:-4] + "AAAA"}
    headers[Who.CLIENT] = bearer(client_id=str(client.id))
    headers[Who.OTHER_CLIENT] = bearer(sub="someone else", client_id=str(other.id))
    headers[Who.PORTAL] = bearer(scope=PROSPECTIVE_SCOPE)
    return headers
