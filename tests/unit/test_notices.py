"""From an event to what is e-mailed: about what, whether at all, and until when it helps."""

from datetime import datetime, timedelta

import pytest

from services.notifier.claims import LEASE
from services.notifier.client_news import About, news_of
from services.notifier.notices import notice_of
from services.notifier.smtp import EXCHANGE_SECONDS
from services.notifier.waiting import (
    CONNECTION_SECONDS,
    LIMIT_SECONDS,
    NoConnectionFree,
    is_to_be_held,
)
from shared.messaging.ack_policy import HANDLER_LIMIT_SECONDS
from shared.messaging.topology import FIRST_RETRY_SECONDS
from shared.schemas.appointment_changed import AppointmentChange
from tests.harness.approvals import START, approval, decline, direct_change, invitation

END = START + timedelta(minutes=45)
A_DAY = timedelta(days=1)


def test_an_approval_is_about_the_appointment_as_it_is_now() -> None:
    """With its sequence, and the request it was."""
    event = approval(sequence=3)
    booked = event.data.appointment
    assert notice_of(event).about == About(
        event.id,
        event.practiceid,
        "a-correlation",
        appointment_id=booked.appointment_id,
        sequence=3,
        request_id=event.data.request_id,
    )
    assert notice_of(event).content == news_of(event)


@pytest.mark.parametrize("notify_client", [True, False])
def test_the_practice_says_whether_a_direct_change_is_emailed(*, notify_client: bool) -> None:
    """It is about the appointment either way."""
    event = direct_change(AppointmentChange.MOVED, notify_client=notify_client)
    notice = notice_of(event)
    assert notice.is_wanted is notify_client
    assert notice.about.appointment_id == event.data.appointment.appointment_id


@pytest.mark.parametrize(
    ("change", "over_at"),
    [
        (AppointmentChange.BOOKED, END),
        (AppointmentChange.MOVED, END),
        (AppointmentChange.CANCELLED, START - A_DAY),  # when what was cancelled began
    ],
)
def test_when_it_is_over(change: AppointmentChange, over_at: datetime) -> None:
    """Who comes late to an appointment is still helped by its e-mail."""
    assert notice_of(direct_change(change)).over_at == over_at


def test_a_cancellation_that_does_not_say_what_was_is_over_when_it_would_begin() -> None:
    """`previous` is optional in the event."""
    event = direct_change(AppointmentChange.CANCELLED)
    data = event.data.model_copy(update={"previous": None})
    assert notice_of(event.model_copy(update={"data": data})).over_at == START


def test_a_decline_is_about_its_request_and_wanted_with_a_message_only() -> None:
    """It is never over: the client waits for an answer."""
    plain, told = decline(), decline("Please call us.")
    assert [notice_of(event).is_wanted for event in (plain, told)] == [False, True]
    notice = notice_of(told)
    assert (notice.about.subject, notice.over_at) == (str(told.data.request_id), None)
    assert (notice.about.appointment_id, notice.about.sequence) == (None, None)


def test_an_invitation_is_about_its_client() -> None:
    """It has no place in any appointment's order."""
    event = invitation()
    notice = notice_of(event)
    assert notice.is_wanted
    assert notice.about.client_id == event.data.client.client_id
    assert notice.about.subject == str(event.data.client.client_id)


def test_waiting_ends_before_the_lease_and_with_the_exchange_before_the_handler() -> None:
    """Limits that belong together, in four files."""
    assert LEASE.total_seconds() > CONNECTION_SECONDS + LIMIT_SECONDS
    assert EXCHANGE_SECONDS < LEASE.total_seconds() < FIRST_RETRY_SECONDS
    assert CONNECTION_SECONDS + LIMIT_SECONDS + LEASE.total_seconds() < HANDLER_LIMIT_SECONDS


def test_waiting_for_ones_turn_is_no_fault() -> None:
    """It is held, as while MongoDB is away; a fault of ours is not."""
    assert is_to_be_held(NoConnectionFree())
    assert not is_to_be_held(ValueError())
