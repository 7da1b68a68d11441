"""Approvals as the scheduler publishes them, and what became of them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.notifier.deliveries import Deliveries
from shared import mongo
from shared.messaging.events import to_message
from shared.messaging.publisher import ConfirmedPublisher
from shared.messaging.topology import SCHEDULING
from shared.schemas.appointment_details import Booked, PracticeContact, Recipient
from shared.schemas.request_approved import AskedFor, RequestApproved, RequestApprovedData
from shared.schemas.vocabulary import Modality, RequestType
from tests.harness.polling import eventually
from tests.harness.smtp_script import ScriptedSmtp

START = datetime(2026, 12, 1, 19, 0, tzinfo=UTC)


def approval() -> RequestApproved:
    """Return an approval for a client of a practice in New York."""
    identifier = uuid4()
    return RequestApproved(
        id=f"{identifier}:approved",
        source="/tests",
        subject=str(identifier),
        time=START - timedelta(days=3),
        practiceid=uuid4(),
        correlationid="a-correlation",
        data=RequestApprovedData(
            request_id=identifier,
            request_type=RequestType.NEW,
            decided_at=START - timedelta(days=3),
            practice=PracticeContact(name="A Practice", time_zone="America/New_York"),
            client=Recipient(client_id=uuid4(), name="Amara", email="amara@example.org"),
            asked=AskedFor(start=START, clinician_name="Dana"),
            appointment=Booked(
                appointment_id=uuid4(),
                sequence=0,
                status="booked",
                start=START,
                end=START + timedelta(minutes=45),
                minutes=45,
                clinician_id=uuid4(),
                clinician_name="Dana",
                modality=Modality.TELEHEALTH,
            ),
        ),
    )


class Notifier:
    """The notifier's handler on real queues, with a mail server that follows a script."""

    def __init__(
        self, publisher: ConfirmedPublisher, deliveries: Deliveries, smtp: ScriptedSmtp
    ) -> None:
        self.publisher = publisher
        self.deliveries = deliveries
        self.smtp = smtp

    async def send(self, event: RequestApproved) -> None:
        """Publish an approval as the scheduler does."""
        await self.publisher.publish(
            to_message(event, exchange=SCHEDULING, routing_key="request.approved")
        )

    async def wait_for(self, event: RequestApproved, state: str) -> mongo.Document:
        """Wait until the delivery is in a state; return it."""
        found: list[mongo.Document] = []

        async def reached() -> bool:
            document = await self.deliveries.database["deliveries"].find_one({"_id": event.id})
            found[:] = [document] if document and document["state"] == state else []
            return bool(found)

        await eventually(reached, f"the delivery is {state}")
        return found[0]
