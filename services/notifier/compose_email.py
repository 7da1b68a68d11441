"""From an event to an e-mail: neutral subject, plain text and HTML (PRODUCT 5, 8.11)."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from services.notifier.client_news import ClientNews, ComparedWith
from services.notifier.times import day_and_time, same_wall_clock, zone_in_words
from shared.schemas.appointment_changed import AppointmentChange
from shared.schemas.appointment_details import Change
from shared.schemas.vocabulary import ChangedField, Modality

_IN_WORDS: Final = {
    AppointmentChange.BOOKED: "confirmed",
    AppointmentChange.MOVED: "moved",
    AppointmentChange.CANCELLED: "cancelled",
}
_CHANGED: Final = {
    ChangedField.START: "Time",
    ChangedField.CLINICIAN: "Clinician",
    ChangedField.SERVICE: "Kind of appointment",
    ChangedField.MINUTES: "Length",
    ChangedField.MODALITY: "How you meet",
    ChangedField.LOCATION: "Place",
}
_COMPARED: Final = {
    ComparedWith.ASKED: {
        "title": "What is different from what you asked for",
        "then": "you asked for",
        "now": "we booked",
    },
    ComparedWith.BEFORE: {
        "title": "What is different from before",
        "then": "it was",
        "now": "it is now",
    },
}
_MODALITIES: Final = {Modality.IN_PERSON: "In person", Modality.TELEHEALTH: "Online (telehealth)"}

_MEANS_SOMETHING: Final = re.compile(r'[()<>\[\]:;@\\,."=?]')

_templates = Environment(
    loader=PackageLoader("services.notifier"),
    # Only the HTML part is escaped; the text part is text.
    autoescape=select_autoescape(["html.j2"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def compose_email(
    news: ClientNews, *, mail_from: str, mail_domain: str, now: datetime
) -> EmailMessage:
    """Return the e-mail; its Message-ID is the same whenever it is composed for the same event."""
    view = _view(news)
    practice, client = news.practice, news.client
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"Appointment {_what_happened(news)}: {practice.name}"
    message["From"] = _address(practice.name, mail_from)
    message["To"] = _address(client.name, client.email)
    if practice.email is not None:
        message["Reply-To"] = _address(practice.name, practice.email)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{news.about.event_id.replace(':', '.')}@{mail_domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
    message.set_content(_templates.get_template("decision.txt.j2").render(view))
    message.add_alternative(
        _templates.get_template("decision.html.j2").render(view), subtype="html"
    )
    return message


def _address(name: str, address: str) -> Address:
    # Without what needs quotes: Python's `email` forgets the quotes of a long name when it folds
    # it, so that its commas separate addresses.
    plain = " ".join(_MEANS_SOMETHING.sub(" ", name).split())
    return Address(display_name=plain, addr_spec=address)


def _what_happened(news: ClientNews) -> str:
    if news.done is AppointmentChange.MOVED and news.keeps_its_time:
        return "changed"  # its place, say: who reads "moved" thinks of another time
    return _IN_WORDS[news.done]


def _headline(news: ClientNews) -> str:
    verb = "is" if news.done is AppointmentChange.BOOKED else "has been"
    return f"Your appointment {verb} {_what_happened(news)}"


def _view(news: ClientNews) -> dict[str, Any]:
    zone, booked = news.practice.time_zone, news.appointment
    own_zone = news.client.time_zone
    differs = own_zone is not None and not same_wall_clock(booked.start, zone, own_zone)
    return {
        "headline": _headline(news),
        "cancelled": booked.status == "cancelled",
        "client_name": news.client.name,
        "practice": news.practice,
        "when": day_and_time(booked.start, zone),
        "zone": zone_in_words(booked.start, zone),
        "when_for_client": day_and_time(booked.start, own_zone) if own_zone and differs else None,
        "zone_of_client": zone_in_words(booked.start, own_zone) if own_zone and differs else None,
        "minutes": booked.minutes,
        "clinician": booked.clinician_name,
        "how": _MODALITIES[booked.modality],
        "where": booked.location,
        "was": _was(news),
        "compared": _COMPARED[news.compared_with],
        "changes": [_change(change, zone) for change in news.changes],
    }


def _was(news: ClientNews) -> str | None:
    if news.previous is None or news.keeps_its_time:
        return None
    return day_and_time(news.previous.start, news.practice.time_zone)


def _change(change: Change, zone: str) -> dict[str, str]:
    return {
        "what": _CHANGED[change.field],
        "asked": _in_words(change.field, change.asked, zone),
        "booked": _in_words(change.field, change.booked, zone),
    }


def _in_words(field: ChangedField, value: str, zone: str) -> str:
    match field:
        case ChangedField.START:
            return day_and_time(datetime.fromisoformat(value), zone)
        case ChangedField.MINUTES:
            return f"{value} minutes"
        case ChangedField.MODALITY:
            return _MODALITIES[Modality(value)]
        case _:
            return value
