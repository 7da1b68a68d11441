"""The events: frozen, forgiving about what is new, strict about what belongs together."""

from itertools import product
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError

from shared.schemas.envelope import Envelope
from shared.schemas.published import EVENTS, event_type
from shared.schemas.request_approved import RequestApproved
from shared.schemas.request_submitted import RequestSubmitted, RequestSubmittedData
from tests.unit.builders import (
    approved_event,
    approved_wire,
    booked_wire,
    client_wire,
    practice_wire,
)

ID = str(UUID(int=7))
NEW_CLIENT = {
    "name": "Zo\u00eb Hartmann",
    "birth_date": "1996-02-29",
    "email": "zoe@example.org",
    "phone": "+1 212 555 0190",
}
PARTS: dict[str, Any] = {
    "client_id": ID,
    "prospective_client": NEW_CLIENT,
    "service_id": ID,
    "start": "2027-03-01T15:00:00Z",
    "appointment_id": ID,
}


def submitted_data(request_type: str, *parts: str) -> dict[str, Any]:
    """Return the data of a submission with just these parts."""
    return {
        "request_id": ID,
        "request_type": request_type,
        "submitted_at": "2027-02-01T12:00:00Z",
        "submitted_by": "portal",
        **{part: PARTS[part] for part in parts},
    }


def submitted_wire(**data: Any) -> dict[str, Any]:
    """Return `request.submitted` of a new client as it is on the wire."""
    return {
        "id": f"{ID}:submitted",
        "source": "/openchair/request_intake",
        "type": "openchair.request.submitted.v1",
        "subject": ID,
        "time": "2027-02-01T12:00:00Z",
        "practiceid": ID,
        "correlationid": "demo-0001",
        "data": {
            **submitted_data("new", "prospective_client", "service_id", "start"),
            **data,
        },
    }


def is_taken(data: dict[str, Any]) -> bool:
    """Say whether the model takes the data."""
    try:
        RequestSubmittedData.model_validate(data)
    except ValidationError:
        return False
    return True


def expected(request_type: str, parts: set[str]) -> bool:
    """Say, in the words of PRODUCT 1, whether a submission with these parts is whole."""
    if ("client_id" in parts) == ("prospective_client" in parts):
        return False
    match request_type:
        case "new":
            return {"start", "service_id"} <= parts
        case "reschedule":
            return {"start", "appointment_id", "client_id"} <= parts
        case _:
            return {"appointment_id", "client_id"} <= parts


@pytest.mark.parametrize("request_type", ["new", "reschedule", "cancellation"])
def test_what_each_type_of_request_needs(request_type: str) -> None:
    """One who asks; a slot and a service for a new one; the appointment to move or to cancel."""
    for chosen in product((False, True), repeat=len(PARTS)):
        parts = {part for part, wanted in zip(PARTS, chosen, strict=True) if wanted}
        data = submitted_data(request_type, *parts)
        assert is_taken(data) == expected(request_type, parts), (request_type, parts)


@pytest.mark.parametrize("request_type", ["", "NEW", "move", None, 1])
def test_other_types_of_request_are_refused(request_type: Any) -> None:
    """There are three."""
    data = {**submitted_data("new", "client_id", "service_id", "start")}
    assert not is_taken({**data, "request_type": request_type})


def with_extra_fields(value: Any) -> Any:
    """Return the same JSON with a field nobody knows in every object."""
    if isinstance(value, dict):
        return {
            **{name: with_extra_fields(item) for name, item in value.items()},
            "added_later": {"anything": 1},
        }
    if isinstance(value, list):
        return [with_extra_fields(item) for item in value]
    return value


def test_approvals_may_gain_fields() -> None:
    """A notifier of today understands the approval of a scheduler of tomorrow."""
    wire = approved_wire(
        previous={
            "start": "2027-02-22T15:00:00Z",
            "end": "2027-02-22T15:45:00Z",
            "clinician_name": "Dana Reyes",
        },
        changes=[{"field": "minutes", "asked": "45", "booked": "60"}],
    )
    assert RequestApproved.model_validate(with_extra_fields(wire)) == (
        RequestApproved.model_validate(wire)
    )


def test_submissions_may_gain_fields() -> None:
    """A scheduler of today takes the submission of an intake of tomorrow, new clients included."""
    wire = submitted_wire()
    assert RequestSubmitted.model_validate(with_extra_fields(wire)) == (
        RequestSubmitted.model_validate(wire)
    )


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("id", ""),
        ("id", "x" * 201),
        ("id", "a\r\nBcc: x@example.org"),
        ("id", "a b"),
        ("id", "a>b"),
        ("id", "\u00fc"),
        ("type", "openchair.request.submitted.v2"),
        ("type", "openchair.request.approved.v1"),
        ("specversion", "0.3"),
        ("datacontenttype", "text/plain"),
        ("time", "2027-02-01T12:00:00"),
        ("time", 0),
        ("practiceid", "harbor-street"),
        ("correlationid", ""),
        ("correlationid", "x" * 65),
        ("subject", ""),
        ("source", ""),
        ("data", None),
        ("data", []),
    ],
)
def test_an_envelope_of_nonsense_is_refused(member: str, value: object) -> None:
    """Each attribute is checked; the id must be fit for a Message-ID, which is made of it."""
    with pytest.raises(ValidationError):
        RequestSubmitted.model_validate({**submitted_wire(), member: value})


@pytest.mark.parametrize(
    "part",
    [
        {"practice": practice_wire(name="Harbor\nBcc: x@example.org")},
        {"practice": practice_wire(phone="1\n2")},
        {"practice": practice_wire(email="office@example.org\n")},
        {"practice": practice_wire(time_zone="Mars/Olympus")},
        {"client": client_wire(name="S\u00f8ren\r\nBcc: x@example.org")},
        {"client": client_wire(email="soren@example.org\nBcc: x@example.org")},
        {"client": client_wire(email="soren@example.org, x@example.org")},
        {"appointment": booked_wire(clinician_name="Dana\nReyes")},
        {"appointment": booked_wire(location="Suite 4\nand 5")},
        {"appointment": booked_wire(minutes=0)},
        {"appointment": booked_wire(sequence=-1)},
        {"appointment": booked_wire(status="proposed")},
        {"appointment": booked_wire(modality="by post")},
        {"changes": [{"field": "alert", "asked": "a", "booked": "b"}]},
        {"changes": [{"field": "service", "asked": "a\nb", "booked": "c"}]},
        {"changes": [{"field": "start", "asked": "soon", "booked": "later"}]},
        {
            "changes": [
                {
                    "field": "start",
                    "asked": "2027-03-01T15:00:00",
                    "booked": "2027-03-01T16:00:00",
                }
            ]
        },
        {"changes": [{"field": "minutes", "asked": "many", "booked": "more"}]},
        {"changes": [{"field": "modality", "asked": "in_person", "booked": "by post"}]},
    ],
    ids=str,
)
def test_an_approval_that_no_email_can_be_made_of_is_refused(part: dict[str, Any]) -> None:
    """What would break a header, a line or the wording is refused where the event is read."""
    with pytest.raises(ValidationError):
        RequestApproved.model_validate(approved_wire(**part))


def frozen_parts(value: BaseModel) -> list[BaseModel]:
    """Return a model and every model in it."""
    found = [value]
    for name in type(value).model_fields:
        item = getattr(value, name)
        for part in item if isinstance(item, tuple) else (item,):
            if isinstance(part, BaseModel):
                found += frozen_parts(part)
    return found


def test_events_cannot_be_changed() -> None:
    """An event is what happened: no part of it can be set."""
    approved = approved_event(changes=[{"field": "minutes", "asked": "45", "booked": "60"}])
    submitted = RequestSubmitted.model_validate(submitted_wire())
    parts = frozen_parts(approved) + frozen_parts(submitted)
    assert len(parts) > 8
    for part in parts:
        name = next(iter(type(part).model_fields))
        with pytest.raises(ValidationError):
            setattr(part, name, getattr(part, name))


@pytest.mark.parametrize("model", EVENTS)
def test_types_name_their_version(model: type[Envelope[Any]]) -> None:
    """`openchair.<noun>.<what happened>.v<number>`, one model each."""
    words = event_type(model).split(".")
    assert words[0] == "openchair"
    assert len(words) == 4
    assert words[3].removeprefix("v").isdigit()
    assert len({event_type(other) for other in EVENTS}) == len(EVENTS)
