"""An appointment for the client's calendar: iTIP (RFC 5546) in an e-mail (RFC 6047).

The UID is the appointment's for life, and its SEQUENCE rises with each change: a calendar that
has it changes its entry, and one that reads two e-mails out of turn keeps the later one. It says
nothing that the e-mail does not; whoever shares the calendar learns the practice's name, a time and
a place, and where calendars heed it (CLASS) not even these.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from services.notifier.client_news import ClientNews
from services.notifier.letter import Letter
from services.notifier.message import (
    CalendarFile,
    Sending,
    plain_name,
    reply_address,
    sender_name,
)
from shared.schemas.vocabulary import Modality
from shared.vtimezone import vtimezone

_PRODUCT: Final = "-//Openchair//Appointment e-mails//EN"
_CLOSING: Final = b"END:VCALENDAR\r\n"


def appointment_file(news: ClientNews, letter: Letter, sending: Sending) -> CalendarFile:
    """Return the file that goes with a letter about an appointment."""
    method = "CANCEL" if news.appointment.status == "cancelled" else "REQUEST"
    zone = news.practice.time_zone
    start, end = _as_told(news.appointment.start, news.appointment.end, ZoneInfo(zone))
    event = _event(news, letter, sending)
    event.add("dtstart", start)
    event.add("dtend", end)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    opening = calendar.to_ical().removesuffix(_CLOSING)
    # None for UTC, under whatever name: icalendar writes it as RFC 5545 wants it, with a Z.
    zones = _zone_lines(zone, start.year) if "TZID" in event["dtstart"].params else b""
    return CalendarFile(method, (opening + zones + event.to_ical() + _CLOSING).decode())


@lru_cache(maxsize=512)
def _zone_lines(zone: str, year: int) -> bytes:
    # Kept as bytes: to write them anew for each e-mail takes as long as all the rest of the file.
    lines: bytes = vtimezone(zone, date(year - 1, 1, 1), date(year + 1, 12, 31)).to_ical()
    return lines


def _event(news: ClientNews, letter: Letter, sending: Sending) -> Event:
    booked, words = news.appointment, letter.words
    cancelled = booked.status == "cancelled"
    event = Event()
    event.add("uid", f"{booked.appointment_id}@openchair")
    event.add("sequence", booked.sequence)
    event.add("dtstamp", sending.now.replace(microsecond=0))
    event.add("summary", str(words.say("Appointment: %(practice)s", practice=news.practice.name)))
    if not cancelled:
        event.add("description", _description(letter))
        if booked.location is not None:
            event.add("location", booked.location)
        elif booked.modality is Modality.TELEHEALTH:
            event.add("location", words.gettext("Online (telehealth)"))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    event["organizer"] = _organizer(sending)
    event["attendee"] = _attendee(sending)
    return event


def _as_told(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return both by the zone's clock, or in UTC where the clock shows one of them twice.

    The second time round, a wall-clock time cannot be told from the first (RFC 5545, 3.3.5).
    """
    local = start.astimezone(zone), end.astimezone(zone)
    return (start, end) if any(one.fold for one in local) else local


def _description(letter: Letter) -> str:
    """Return what one wants to know on the day: with whom, how to come, how to reach us."""
    facts = [f"{fact.label}: {fact.lines[0]}" for fact in letter.facts[1:]]
    notes = [f"{note.heading}:\n{note.text}" for note in letter.notes]
    contact = letter.contact
    ways = []
    if contact is not None:
        ways = [contact.button and contact.button.url, contact.phone, contact.email]
    reach = "\n".join(way for way in ways if way)
    return "\n\n".join(part for part in ("\n".join(facts), *notes, reach) if part)


def _organizer(sending: Sending) -> vCalAddress:
    """Return the practice; answers that a calendar sends go where answers to the e-mail go."""
    address = vCalAddress(f"mailto:{reply_address(sending.practice) or sending.mail_from}")
    address.params["CN"] = vText(plain_name(sender_name(sending.practice)))
    return address


def _attendee(sending: Sending) -> vCalAddress:
    """Return the client, who has accepted: nothing that their calendar answers would change it."""
    address = vCalAddress(f"mailto:{sending.client.email}")
    address.params["CN"] = vText(plain_name(sending.client.name))
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText("ACCEPTED")
    address.params["RSVP"] = vText("FALSE")
    return address
