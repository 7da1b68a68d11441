"""From an event to an e-mail: neutral subject, plain text and HTML (PRODUCT 5, 8.11)."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from services.notifier.times import day_and_time, same_wall_clock, zone_in_words
from shared.schemas.appointment_details import Change
from shared.schemas.request_approved import RequestApproved, RequestApprovedData
from shared.schemas.vocabulary import ChangedField, Modality, RequestType

_HEADLINES: Final = {
    RequestType.NEW: "Your appointment is confirmed",
    RequestType.RESCHEDULE: "Your appointment has been moved",
    RequestType.CANCELLATION: "Your appointment has been cancelled",
}
_SUBJECTS: Final = {
    RequestType.NEW: "Appointment confirmed",
    RequestType.RESCHEDULE: "Appointment moved",
    RequestType.CANCELLATION: "Appointment cancelled",
}
_CHANGED: Final = {
    ChangedField.START: "Time",
    ChangedField.CLINICIAN: "Clinician",
    ChangedField.SERVICE: "Kind of appointment",
    ChangedField.MINUTES: "Length",
    ChangedField.MODALITY: "How you meet",
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
    event: RequestApproved, *, mail_from: str, mail_domain: str, now: datetime
) -> EmailMessage:
    """Return the e-mail; its Message-ID is the same whenever it is composed for the same event."""
    data = event.data
    view = _view(data)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"{_SUBJECTS[data.request_type]}: {data.practice.name}"
    message["From"] = _address(data.practice.name, mail_from)
    message["To"] = _address(data.client.name, data.client.email)
    if data.practice.email is not None:
        message["Reply-To"] = _address(data.practice.name, data.practice.email)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{event.id.replace(':', '.')}@{mail_domain}>"
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


def _view(data: RequestApprovedData) -> dict[str, Any]:
    zone, booked = data.practice.time_zone, data.appointment
    own_zone = data.client.time_zone
    differs = own_zone is not None and not same_wall_clock(booked.start, zone, own_zone)
    return {
        "headline": _HEADLINES[data.request_type],
        "cancelled": booked.status == "cancelled",
        "client_name": data.client.name,
        "practice": data.practice,
        "when": day_and_time(booked.start, zone),
        "zone": zone_in_words(booked.start, zone),
        "when_for_client": day_and_time(booked.start, own_zone) if own_zone and differs else None,
        "zone_of_client": zone_in_words(booked.start, own_zone) if own_zone and differs else None,
        "minutes": booked.minutes,
        "clinician": booked.clinician_name,
        "how": _MODALITIES[booked.modality],
        "where": booked.location,
        "was": data.previous and day_and_time(data.previous.start, zone),
        "changes": [_change(change, zone) for change in data.changes],
    }


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
