"""From what staff do to the calendar to its event, and what of it the client is told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.email_settings import EmailSettings
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.events import appointment_changed_event
from services.scheduler.use_cases.change_appointment import DirectChange
from shared.schemas.appointment_changed import AppointmentChange, AppointmentChanged
from shared.schemas.vocabulary import ChangedField
from tests.unit.builders import (
    CLIENT,
    DANA,
    KEPT_BACK,
    NOW,
    PRACTICE,
    START,
    appointment,
    booking,
)

LATER = NOW + timedelta(minutes=5)
SECRET = appointment(
    alert=KEPT_BACK["alert"], service_code=KEPT_BACK["code"], service_label=KEPT_BACK["label"]
)


def change(
    before: Appointment | None,
    after: Appointment,
    kind: AppointmentChange = AppointmentChange.MOVED,
    **more: Any,
) -> DirectChange:
    """Return what Dana did."""
    whole = DirectChange(
        actor=DANA,
        kind=kind,
        practice=PRACTICE,
        client=CLIENT,
        before=before,
        after=after,
        overlap_allowed=False,
        correlation_id="a-call",
    )
    return replace(whole, **more)


def event_of(what: DirectChange) -> AppointmentChanged:
    """Return the event."""
    return appointment_changed_event(
        what.event_id,
        what.kind,
        practice=what.practice,
        client=what.client,
        appointment=what.after,
        previous=what.before,
        changes=what.changes,
        notify_client=what.practice.emails.staff_changes,
        correlation_id=what.correlation_id,
    )


def test_a_move_says_what_was_and_what_is() -> None:
    """Both times, what differs, and under which call it was done."""
    after = SECRET.move(replace(SECRET.booking, start=START + timedelta(hours=1)), LATER)
    event = event_of(change(SECRET, after))
    assert event.id == f"{SECRET.id}:1:changed"
    assert (event.subject, event.time, event.correlationid) == (str(SECRET.id), LATER, "a-call")
    assert event.data.change is AppointmentChange.MOVED
    assert event.data.previous is not None
    assert event.data.previous.start == START
    assert event.data.appointment.start == START + timedelta(hours=1)
    assert event.data.appointment.sequence == 1
    assert [one.field for one in event.data.changes] == [ChangedField.START]
    assert AppointmentChanged.model_validate_json(event.model_dump_json()) == event


def test_a_new_booking_has_nothing_before_it() -> None:
    """No previous time, and nothing that changed."""
    event = event_of(change(None, SECRET, AppointmentChange.BOOKED))
    assert (event.data.previous, event.data.changes) == (None, ())
    assert event.id == f"{SECRET.id}:0:changed"


def test_a_cancellation_says_so() -> None:
    """With what was booked, and the raised sequence."""
    event = event_of(change(SECRET, SECRET.cancel(LATER), AppointmentChange.CANCELLED))
    assert (event.data.appointment.status, event.data.appointment.sequence) == ("cancelled", 1)
    assert event.data.previous is not None


def test_what_staff_keep_is_not_in_the_event() -> None:
    """No alert, no code, no label, no birth date, no telephone number of the client."""
    after = SECRET.move(replace(SECRET.booking, alert=KEPT_BACK["edited alert"]), LATER)
    written = event_of(change(SECRET, after)).model_dump_json()
    for what, text in KEPT_BACK.items():
        assert text not in written, what
    assert "1994" not in written
    assert "0129" not in written


def test_what_only_staff_know_of_is_told_to_nobody() -> None:
    """An alert makes no event; a new time does, and a cancellation, and a booking."""
    alert = SECRET.move(replace(SECRET.booking, alert="Form."), LATER)
    later = SECRET.move(booking(minutes=50), LATER)
    assert not change(SECRET, alert).is_told
    assert change(SECRET, later).is_told
    assert change(SECRET, SECRET.cancel(LATER), AppointmentChange.CANCELLED).is_told
    assert change(None, SECRET, AppointmentChange.BOOKED).is_told


@pytest.mark.parametrize("wanted", [True, False])
def test_the_practice_says_whether_its_clients_are_told(wanted: bool) -> None:
    """The event is published either way; an e-mail waits only where one is to come."""
    practice = replace(PRACTICE, emails=EmailSettings(staff_changes=wanted))
    what = change(None, SECRET, AppointmentChange.BOOKED, practice=practice)
    assert event_of(what).data.notify_client is wanted
    waiting = Notification(what.event_id, NotificationStatus.WAITING, SECRET.changed_at)
    assert what.appointment.notification == (waiting if wanted else None)


def test_an_alert_does_not_hide_what_became_of_the_last_email() -> None:
    """A failed e-mail is still to be seen to."""
    failed = Notification("e", NotificationStatus.FAILED, NOW, "address refused")
    before = replace(SECRET, notification=failed)
    after = before.move(replace(before.booking, alert="Form."), LATER)
    assert change(before, after).appointment.notification == failed
