"""A clinician's appointments as an iCalendar file (RFC 5545) that calendars subscribe to.

A calendar provider keeps what it reads, and shows it on phones that lie about: of a client it has
the initials only. No name, telephone number, service code or alert is in it. The bytes are the
same as long as nothing changes: every time of writing is the appointment's own.
"""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDuration, vText

from services.scheduler.domain.appointment import Appointment
from services.scheduler.use_cases.read_shared_calendar import SharedCalendar
from shared.schemas.vocabulary import Modality
from shared.vtimezone import vtimezone

REFRESH: Final = timedelta(minutes=30)
_MOST_INITIALS: Final = 3
_PRODUCT: Final = "-//Openchair//Calendar feed//EN"


def calendar_file(shared: SharedCalendar) -> bytes:
    """Return the file; cancelled appointments are not in it, and so leave the calendars."""
    zone = shared.practice.time_zone
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    name = vText(f"{shared.clinician.name}, {shared.practice.name}")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    events = [_event(appointment, ZoneInfo(zone)) for appointment in shared.appointments]
    if any("TZID" in event["dtstart"].params for event in events):
        calendar.add_component(vtimezone(zone, *_whole_years(shared)))
    for event in events:
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def initials(name: str) -> str:
    """Return the first letters of a name's words, at most three."""
    words = [next((one for one in word if one.isalnum()), "") for word in name.split()]
    return "".join(words).upper()[:_MOST_INITIALS] or "?"


def _event(appointment: Appointment, zone: ZoneInfo) -> Event:
    booking = appointment.booking
    event = Event()
    event.add("uid", f"{appointment.id}@openchair")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.changed_at)
    event.add("last-modified", appointment.changed_at)
    start, end = _as_told(booking.start, booking.end, zone)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", f"{initials(appointment.client_name)}: {booking.appointment_type}")
    if booking.location is not None:
        event.add("location", booking.location)
    elif booking.modality is Modality.TELEHEALTH:
        event.add("location", "Telehealth")
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _as_told(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return both by the zone's clock, or in UTC where the clock shows one of them twice.

    The second time round, a wall-clock time cannot be told from the first (RFC 5545, 3.3.5).
    """
    local = start.astimezone(zone), end.astimezone(zone)
    return (start, end) if any(one.fold for one in local) else local


def _whole_years(shared: SharedCalendar) -> tuple[date, date]:
    # So that the time zone is the same for a year, however the range goes on from day to day.
    first, last = shared.within.start.year - 1, shared.within.end.year + 1
    return date(first, 1, 1), date(last, 12, 31)
