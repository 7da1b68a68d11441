"""Times that clocks skip are told from those that they show."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.request_intake.domain.wall_time import is_skipped
from services.request_intake.http_api.models import NewAppointmentInput, RescheduleInput

NEW_YORK, BERLIN, LONDON = "America/New_York", "Europe/Berlin", "Europe/London"


@pytest.mark.parametrize(
    ("sent", "zone", "skipped"),
    [
        ("2027-03-14T02:30:00-05:00", NEW_YORK, True),
        ("2027-03-14T02:30:00-04:00", NEW_YORK, True),
        ("2027-03-14T02:00:00-05:00", NEW_YORK, True),
        ("2027-03-14T01:59:00-05:00", NEW_YORK, False),
        ("2027-03-14T03:00:00-04:00", NEW_YORK, False),
        ("2027-03-14T07:30:00+00:00", NEW_YORK, False),
        ("2027-03-13T02:30:00-05:00", NEW_YORK, False),
        ("2027-11-07T01:30:00-05:00", NEW_YORK, False),
        ("2027-11-07T01:30:00-04:00", NEW_YORK, False),
        # The practice's own offset, for a client in Berlin, whose clocks skip half past two.
        ("2027-03-28T02:30:00-04:00", BERLIN, False),
        ("2027-03-28T02:30:00+01:00", BERLIN, True),
        # An offset of zero is UTC, wherever the client is.
        ("2027-03-28T01:30:00+00:00", LONDON, False),
        ("2027-03-28T01:30:00+01:00", LONDON, True),
        ("2027-10-03T02:15:00+10:30", "Australia/Lord_Howe", True),
    ],
)
def test_what_a_clock_never_shows(sent: str, zone: str, skipped: bool) -> None:
    """Only with an offset of the zone's own, on the day, within the hour."""
    assert is_skipped(datetime.fromisoformat(sent), zone) is skipped


def test_no_time_that_a_clock_shows_is_refused() -> None:
    """Every quarter of an hour around both changes, written as the zone writes it."""
    for zone in (NEW_YORK, BERLIN, LONDON, "Australia/Sydney", "Asia/Kolkata"):
        for day in ("2027-03-13", "2027-03-27", "2027-04-03", "2027-10-02", "2027-10-30"):
            first = datetime.fromisoformat(f"{day}T00:00:00+00:00")
            for quarter in range(3 * 96):
                from zoneinfo import ZoneInfo  # noqa: PLC0415  only here

                shown = (first + timedelta(minutes=15 * quarter)).astimezone(ZoneInfo(zone))
                assert not is_skipped(shown.replace(fold=0, tzinfo=shown.tzinfo), zone)


@pytest.mark.parametrize("kind", ["new", "reschedule"])
def test_a_skipped_time_is_a_fault_of_the_start(kind: str) -> None:
    """Told at the field; the same without a zone, or in UTC, is an instant and taken."""
    model: type[NewAppointmentInput | RescheduleInput]
    model = NewAppointmentInput if kind == "new" else RescheduleInput
    named = {"type": kind, "service_id": str(uuid4()), "appointment_id": str(uuid4())}
    if kind == "new":
        del named["appointment_id"]
    sent = {**named, "start": "2027-03-14T02:30:00-05:00"}
    with pytest.raises(ValidationError) as refused:
        model.model_validate({**sent, "time_zone": NEW_YORK})
    (fault,) = refused.value.errors()
    assert (fault["loc"], fault["type"]) == (("start",), "time_skipped")
    expected = datetime.fromisoformat("2027-03-14T07:30:00+00:00")
    assert model.model_validate(sent).start == expected
    instant = {**sent, "start": "2027-03-14T07:30:00Z", "time_zone": NEW_YORK}
    assert model.model_validate(instant).start == expected
