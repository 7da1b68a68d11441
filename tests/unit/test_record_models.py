"""The records of a practice as they are sent: what is taken, and what is malformed."""

from datetime import date, time
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError

from services.scheduler.domain.email_settings import EmailTexts
from services.scheduler.domain.people import Closure
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.domain.work_schedule import (
    ExceptionKind,
    ScheduleException,
    WeeklyHours,
    WorkSchedule,
)
from services.scheduler.http_api.client_models import ClientInput, NewClientInput
from services.scheduler.http_api.dependencies import needed_version
from services.scheduler.http_api.practice_models import (
    EmailSettingsModel,
    EmailTextsModel,
    PracticeInput,
)
from services.scheduler.http_api.request_models import DeclineInput
from services.scheduler.http_api.service_models import NewServiceInput, ServiceInput
from services.scheduler.http_api.staff_models import (
    NewStaffInput,
    StaffInput,
    WorkScheduleInput,
    WorkScheduleOutput,
)
from shared.http.problems import Problem

ID, PRACTICE_ID = UUID(int=1), UUID(int=2)
STAFF: dict[str, Any] = {
    "name": "Dana Reyes",
    "email": "dana@example.org",
    "role": "clinician",
    "active": True,
}
SCHEDULE: dict[str, Any] = {
    "weekly": [
        {"weekday": 1, "start": "13:00", "end": "00:00"},
        {"weekday": 1, "start": "09:00", "end": "12:30"},
    ],
    "exceptions": [
        {"kind": "extra", "first_day": "2027-03-06", "last_day": "2027-03-06", "start": "09:00"},
        {"kind": "unavailable", "first_day": "2027-03-01", "last_day": "2027-03-05"},
    ],
    "slot_step_minutes": 15,
    "buffer_minutes": 0,
}
CLIENT: dict[str, Any] = {
    "name": "S\u00f8ren Dahl",
    "email": "soren@example.org",
    "phone": "+1 212 555 0129",
    "birth_date": "1994-05-31",
    "assigned_staff_ids": [str(ID)],
    "time_zone": None,
    "language": None,
}
SERVICE: dict[str, Any] = {
    "code": "90834",
    "label": "Session",
    "appointment_type": "Therapy Session",
    "minutes": 45,
    "fewest_minutes": 38,
    "most_minutes": None,
    "modality": "in_person",
    "location": None,
    "active": True,
}
EMAILS: dict[str, Any] = {
    "sender_name": None,
    "reply_to": None,
    "language": "en",
    "texts": {"arrival": None, "cancelling": None, "closing": None},
    "staff_changes": True,
    "decline_messages": False,
}
PRACTICE: dict[str, Any] = {
    "name": "A Practice",
    "time_zone": "America/New_York",
    "phone": None,
    "email": None,
    "locations": [],
    "closures": [],
    "emails": EMAILS,
}


@pytest.mark.parametrize(
    ("model", "whole"),
    [
        (StaffInput, STAFF),
        (WorkScheduleInput, SCHEDULE),
        (ClientInput, CLIENT),
        (ServiceInput, SERVICE),
        (PracticeInput, PRACTICE),
        (EmailSettingsModel, EMAILS),
        (EmailTextsModel, EMAILS["texts"]),
    ],
)
def test_a_replacement_is_whole(model: type[BaseModel], whole: dict[str, Any]) -> None:
    """What is left out of a PUT is not silently emptied, and nothing unknown is silently lost."""
    assert model.model_validate(whole)
    for field in whole:
        with pytest.raises(ValidationError):
            model.model_validate({key: value for key, value in whole.items() if key != field})
    for unknown in ("id", "slug", "version"):
        with pytest.raises(ValidationError):
            model.model_validate({**whole, unknown: "x"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("weekly", [{"weekday": 7, "start": "09:00", "end": "10:00"}]),
        ("weekly", [{"weekday": "1", "start": "09:00", "end": "10:00"}]),
        ("weekly", [{"weekday": 1, "start": "9:00", "end": "10:00"}]),
        ("weekly", [{"weekday": 1, "start": "09:00:00", "end": "10:00"}]),
        ("weekly", [{"weekday": 1, "start": "09:00", "end": "24:00"}]),
        ("weekly", [{"weekday": 1, "start": 32400, "end": "10:00"}]),
        ("weekly", [{"weekday": 1, "start": "09:00Z", "end": "10:00"}]),
        ("weekly", [{"weekday": 1, "start": "09:00\n", "end": "10:00"}]),
        ("weekly", [{"weekday": 1, "start": "09:00", "end": None}]),
        ("weekly", [{"weekday": 1, "start": "09:00", "end": "10:00"}] * 71),
        ("exceptions", [{"kind": "extra", "first_day": "2027-03-06"}]),
        ("exceptions", [{"kind": "extra", "first_day": "2027-02-30", "last_day": "2027-03-06"}]),
        ("exceptions", [{"kind": "extra", "first_day": 0, "last_day": "2027-03-06"}]),
        ("exceptions", [{"kind": "maybe", "first_day": "2027-03-06", "last_day": "2027-03-06"}]),
        (
            "exceptions",
            [{"kind": "extra", "first_day": "2027-03-06", "last_day": "2027-03-06"}] * 401,
        ),
        ("slot_step_minutes", 0),
        ("slot_step_minutes", 15.0),
        ("slot_step_minutes", 241),
        ("buffer_minutes", -1),
        ("buffer_minutes", True),
    ],
)
def test_a_schedule_of_nonsense_is_malformed(field: str, value: object) -> None:
    """Weekdays from 0 to 6, times as HH:MM, real dates, and no more of each than anybody needs."""
    with pytest.raises(ValidationError):
        WorkScheduleInput.model_validate({**SCHEDULE, field: value})


def test_a_schedule_is_kept_in_order_and_told_as_it_was_sent() -> None:
    """The order in which hours are sent makes no other schedule."""
    schedule = WorkScheduleInput.model_validate(SCHEDULE).to_domain(ID, PRACTICE_ID, 3)
    days = date(2027, 3, 1), date(2027, 3, 5), date(2027, 3, 6)
    assert schedule == WorkSchedule(
        staff_id=ID,
        practice_id=PRACTICE_ID,
        weekly=(WeeklyHours(1, time(9), time(12, 30)), WeeklyHours(1, time(13), time(0))),
        exceptions=(
            ScheduleException(ExceptionKind.UNAVAILABLE, days[0], days[1]),
            ScheduleException(ExceptionKind.EXTRA, days[2], days[2], time(9)),
        ),
        version=3,
    )
    told = WorkScheduleOutput.of(schedule).model_dump(mode="json")
    assert told["weekly"] == list(reversed(SCHEDULE["weekly"]))
    assert told["exceptions"][1] == {**SCHEDULE["exceptions"][0], "end": None}
    again = {key: told[key] for key in SCHEDULE}
    assert WorkScheduleInput.model_validate(again).to_domain(ID, PRACTICE_ID, 3) == schedule


def test_a_practice_is_kept_in_order() -> None:
    """Closures by their days, each place and closure once."""
    later = {"first_day": "2027-12-24", "last_day": "2027-12-26", "reason": "Holidays"}
    sooner = {"first_day": "2027-05-03", "last_day": "2027-05-03"}
    body = {**PRACTICE, "closures": [later, sooner, later], "locations": ["B", "A", " B "]}
    details = PracticeInput.model_validate(body).to_domain()
    assert details.locations == ("B", "A")
    assert details.closures == (
        Closure(date(2027, 5, 3), date(2027, 5, 3)),
        Closure(date(2027, 12, 24), date(2027, 12, 26), "Holidays"),
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("time_zone", "Mars/Olympus"),
        ("email", "A Practice <a@example.org>"),
        ("phone", "call us"),
        ("locations", ["Suite 4\nand 5"]),
        ("locations", ["A"] * 51),
        ("closures", [{"first_day": "2027-05-03"}]),
        ("emails", None),
        ("emails", {**EMAILS, "staff_changes": "yes"}),
        ("emails", {**EMAILS, "decline_messages": 1}),
        ("emails", {**EMAILS, "sender_name": "A Practice\nBcc: b@example.org"}),
        ("emails", {**EMAILS, "reply_to": "A Practice <a@example.org>"}),
        ("emails", {**EMAILS, "language": "fr"}),
        ("emails", {**EMAILS, "language": None}),
        ("emails", {**EMAILS, "texts": {**EMAILS["texts"], "arrival": "a" * 1001}}),
        ("emails", {**EMAILS, "texts": {**EMAILS["texts"], "closing": "Yours\u202e"}}),
    ],
)
def test_a_practice_of_nonsense_is_malformed(field: str, value: object) -> None:
    """Zones that exist, plain addresses, one-line places."""
    with pytest.raises(ValidationError):
        PracticeInput.model_validate({**PRACTICE, field: value})


def test_an_empty_text_is_none() -> None:
    """A text of several lines is kept as it is; at its ends, blanks do not count."""
    texts = {"arrival": " Ring twice.\r\nSecond floor. ", "cancelling": "", "closing": "\n"}
    told = EmailSettingsModel.model_validate({**EMAILS, "texts": texts}).to_domain().texts
    assert told == EmailTexts("Ring twice.\nSecond floor.", None, None)


@pytest.mark.parametrize("message", ["", " \n ", "a" * 2001, "Sorry\x07", 7])
def test_a_message_of_nothing_or_of_nonsense_is_malformed(message: object) -> None:
    """From one character to two thousand, once blanks at its ends are gone."""
    with pytest.raises(ValidationError):
        DeclineInput.model_validate({"message": message})
    longest = DeclineInput.model_validate({"message": f" {'a' * 2000}\n"}).message
    assert longest == "a" * 2000


@pytest.mark.parametrize(
    ("model", "whole", "field", "value"),
    [
        (StaffInput, STAFF, "role", "owner"),
        (StaffInput, STAFF, "email", "dana"),
        (StaffInput, STAFF, "active", 1),
        (NewStaffInput, STAFF, "name", "Dana\x07"),
        (ServiceInput, SERVICE, "code", "9083 4"),
        (ServiceInput, SERVICE, "minutes", 4),
        (ServiceInput, SERVICE, "most_minutes", 721),
        (ServiceInput, SERVICE, "modality", "by post"),
        (ClientInput, CLIENT, "birth_date", "1994-02-30"),
        (ClientInput, CLIENT, "birth_date", "1850-01-01"),
        (ClientInput, CLIENT, "assigned_staff_ids", ["dana"]),
        (ClientInput, CLIENT, "assigned_staff_ids", [str(UUID(int=n)) for n in range(21)]),
        (ClientInput, CLIENT, "phone", None),
        (ClientInput, CLIENT, "language", "fr"),
        (ClientInput, CLIENT, "create_anyway", True),
    ],
)
def test_a_record_of_nonsense_is_malformed(
    model: type[BaseModel], whole: dict[str, Any], field: str, value: object
) -> None:
    """Each field by its own rule."""
    with pytest.raises(ValidationError):
        model.model_validate({**whole, field: value})


def test_a_new_service_tells_the_lengths_that_were_sent() -> None:
    """Left out is not null: the catalogue fills in what was left out."""
    body = {key: SERVICE[key] for key in ("code", "label", "appointment_type", "modality")}
    assert NewServiceInput.model_validate(body).to_domain(ID).lengths == {}
    sent = NewServiceInput.model_validate({**body, "most_minutes": None, "minutes": 40})
    assert sent.to_domain(ID).lengths == {"minutes": 40, "most_minutes": None}


def test_a_client_is_assigned_to_each_once() -> None:
    """In the order in which they were named; a new one may be assigned to nobody."""
    two = [str(UUID(int=9)), str(ID), str(UUID(int=9))]
    client = ClientInput.model_validate({**CLIENT, "assigned_staff_ids": two})
    assert client.to_domain(ID, PRACTICE_ID, 4).assigned_staff_ids == (UUID(int=9), ID)
    del (new := dict(CLIENT))["assigned_staff_ids"]
    assert NewClientInput.model_validate(new).to_domain(ID, PRACTICE_ID).assigned_staff_ids == ()


def test_a_new_record_has_no_access_to_the_portal() -> None:
    """Staff invite; a body cannot say that somebody has it."""
    added = NewClientInput.model_validate(CLIENT).to_domain(ID, PRACTICE_ID)
    assert (added.portal_access, added.invitation) == (PortalAccess.NONE, None)
    with pytest.raises(ValidationError):
        ClientInput.model_validate({**CLIENT, "portal_access": "active"})


def test_a_replacement_names_the_version_it_is_of() -> None:
    """Without one it is refused, so that nobody's change is overwritten unread."""
    assert needed_version(0) == 0
    with pytest.raises(Problem) as caught:
        needed_version(None)
    assert (caught.value.status_code, caught.value.code) == (428, "version-needed")
