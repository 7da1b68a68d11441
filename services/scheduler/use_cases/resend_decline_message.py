"""Send the message of a declined request once more, to the client as known now (PRODUCT 8.10)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import NoEmailToResend
from services.scheduler.events import declined_event
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_calendar import LostRace
from services.scheduler.use_cases.decide import find_request
from services.scheduler.use_cases.send_again import Resending, must_be_over_with, send_again
from services.scheduler.use_cases.write_decline_message import write_decline_message


async def resend_decline_message(
    store: Store, actor: StaffMember, request_id: UUID, *, now: datetime
) -> AppointmentRequest:
    """Return the request, its message on its way again.

    Raises:
        RequestNotFound, NoEmailToResend, EmailWaiting, DeclineMessagesOff, ClientNotReachable

    """
    while True:
        request = await find_request(store, actor, request_id)
        decision = request.decision
        if decision is None or decision.message is None:
            raise NoEmailToResend
        before = must_be_over_with(request.notification)
        message = await write_decline_message(store, actor, request, decision.message)
        again = before.again(now)
        event = declined_event(request, decision, message)
        try:
            await send_again(
                store, Resending(actor, before, again, event, request_id=request.id), now=now
            )
        except LostRace:
            continue  # read again: it is on its way
        return replace(request, notification=again)
