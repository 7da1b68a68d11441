"""From what is drawn, by name, to what the use cases take."""

from datetime import datetime

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.withdrawals import Withdrawal
from services.scheduler.use_cases.book_appointment import NewBooking
from shared.schemas.request_submitted import (
    ProspectiveClient,
    RequestSubmitted,
    RequestSubmittedData,
)
from tests.integration.state_machine import opening
from tests.integration.state_machine.names import Names
from tests.integration.state_machine.operations import Book, Submit, Wish, Withdraw
from tests.integration.state_machine.people import NEWCOMERS


class Inputs:
    """Makes them with the ids of a run."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def member(self, name: str) -> StaffMember:
        """Return who acts."""
        return opening.member(self._names, name)

    def submission(self, told: Submit, now: datetime) -> RequestSubmitted:
        """Return the portal's message."""
        request_id = self._names.id_of(told.request)
        newcomer = NEWCOMERS[told.newcomer] if told.newcomer else None
        return RequestSubmitted(
            id=f"{request_id}:submitted",
            source="/tests",
            subject=str(request_id),
            time=now,
            practiceid=self._names.id_of(told.practice),
            correlationid=told.request,
            data=RequestSubmittedData(
                request_id=request_id,
                request_type=told.kind,
                submitted_at=now,
                submitted_by=told.subject,
                client_id=self._names.id_or_none(told.client),
                prospective_client=newcomer
                and ProspectiveClient(
                    name=newcomer.full_name,
                    birth_date=newcomer.birth_date,
                    email=newcomer.email,
                    phone="+1 212 555 0199",
                ),
                service_id=self._names.id_or_none(told.service),
                clinician_id=self._names.id_or_none(told.clinician),
                start=told.start,
                appointment_id=self._names.id_or_none(told.appointment),
            ),
        )

    def withdrawal(self, told: Withdraw, now: datetime) -> Withdrawal:
        """Return what the portal's message says."""
        return Withdrawal(
            request_id=self._names.id_of(told.request),
            practice_id=self._names.id_of(told.practice),
            withdrawn_by=told.subject,
            client_id=self._names.id_or_none(told.client),
            at=now,
            correlation_id=told.request,
        )

    def edits(self, wish: Wish) -> Edits:
        """Return what staff want otherwise."""
        return Edits(
            start=wish.start,
            minutes=wish.minutes,
            clinician_id=self._names.id_or_none(wish.clinician),
            service_id=self._names.id_or_none(wish.service),
            modality=wish.modality,
            location=wish.location,
            alert=wish.alert,
            client_id=self._names.id_or_none(wish.client),
        )

    def booking(self, wanted: Book) -> NewBooking:
        """Return what staff want to book."""
        return NewBooking(
            client_id=self._names.id_of(wanted.client),
            clinician_id=self._names.id_of(wanted.clinician),
            service_id=self._names.id_of(wanted.service),
            start=wanted.start,
            details=self.edits(wanted.wish),
        )
