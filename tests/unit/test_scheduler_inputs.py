"""What staff's browsers send to book, move and tick off: checked, and told to the rules."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.http_api.appointment_models import BookingInput, MoveInput
from services.scheduler.http_api.request_models import ApprovalInput, FollowUpInput
from services.scheduler.use_cases.book_appointment import NewBooking
from shared.schemas.vocabulary import Modality
from tests.unit.builders import CLIENT_ID, DANA, SESSION

BOOKING: dict[str, Any] = {
    "client_id": str(CLIENT_ID),
    "clinician_id": str(DANA.id),
    "service_id": str(SESSION.id),
    "start": "2027-03-01T10:00:00-05:00",
}
START = datetime(2027, 3, 1, 15, tzinfo=UTC)


def test_a_booking_names_whom_when_and_what() -> None:
    """The rest is as the service has it, unless it is told."""
    assert BookingInput.model_validate(BOOKING).to_domain() == NewBooking(
        CLIENT_ID, DANA.id, SESSION.id, START, Edits()
    )
    more = {"minutes": 50, "alert": "Form.", "modality": "telehealth", "service_code": "90832"}
    assert BookingInput.model_validate({**BOOKING, **more}).to_domain().details == Edits(
        minutes=50, alert="Form.", modality=Modality.TELEHEALTH, service_code="90832"
    )


def test_a_move_names_what_changes() -> None:
    """Nothing at all is a move that changes nothing."""
    assert MoveInput().to_domain() == Edits()
    body = {"start": BOOKING["start"], "clinician_id": str(DANA.id), "service_id": str(SESSION.id)}
    assert MoveInput.model_validate(body).to_domain() == Edits(
        start=START, clinician_id=DANA.id, service_id=SESSION.id
    )
    assert MoveInput(alert="").to_domain() == Edits(alert="")


@pytest.mark.parametrize(
    ("flag", "confirmed"),
    [
        ("confirm_duration", Confirmed(duration=True)),
        ("allow_overlap", Confirmed(overlap=True)),
        ("create_client", Confirmed(new_client=True)),
        ("confirm_original", Confirmed(original=True)),
    ],
)
def test_each_confirmation_confirms_one_thing(flag: str, confirmed: Confirmed) -> None:
    """What staff say they know of is no edit: the same decision is still the same."""
    body = ApprovalInput.model_validate({flag: True})
    assert (body.confirmed, body.to_domain()) == (confirmed, Edits())
    assert ApprovalInput.model_validate({flag: False}).confirmed == Confirmed()
    if flag in BookingInput.model_fields:
        assert BookingInput.model_validate({**BOOKING, flag: True}).confirmed == confirmed
        assert MoveInput.model_validate({flag: True}).confirmed == confirmed


@pytest.mark.parametrize("missing", BOOKING)
def test_a_booking_without_one_of_the_four_is_refused(missing: str) -> None:
    """Whom, with whom, what and when."""
    with pytest.raises(ValidationError):
        BookingInput.model_validate({k: v for k, v in BOOKING.items() if k != missing})


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (BookingInput, {**BOOKING, "start": "2027-03-01T10:00"}),
        (BookingInput, {**BOOKING, "start": "2027-03-01T10:00:30Z"}),
        (BookingInput, {**BOOKING, "minutes": 4}),
        (BookingInput, {**BOOKING, "minutes": 721}),
        (BookingInput, {**BOOKING, "minutes": "45"}),
        (BookingInput, {**BOOKING, "create_client": True}),
        (BookingInput, {**BOOKING, "status": "cancelled"}),
        (MoveInput, {"client_id": str(CLIENT_ID)}),
        (MoveInput, {"start": 0}),
        (MoveInput, {"alert": "x" * 2001}),
        (MoveInput, {"service_code": "90834; drop"}),
        (FollowUpInput, {}),
        (FollowUpInput, {"done": "true"}),
        (FollowUpInput, {"done": 1}),
    ],
)
def test_nonsense_is_refused(model: type[BaseModel], body: dict[str, Any]) -> None:
    """An appointment's client never changes, and a tick is true or false."""
    with pytest.raises(ValidationError):
        model.model_validate(body)
