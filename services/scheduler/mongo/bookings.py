"""The booking inside an appointment's document."""

from services.scheduler.domain.appointment import Booking
from shared.mongo import Document
from shared.schemas.vocabulary import Modality


def to_document(booking: Booking) -> Document:
    """Return the document; `end` is kept beside `start` for range queries."""
    return {
        "start": booking.start,
        "end": booking.end,
        "minutes": booking.minutes,
        "clinician_id": booking.clinician_id,
        "clinician_name": booking.clinician_name,
        "service_id": booking.service_id,
        "service_code": booking.service_code,
        "service_label": booking.service_label,
        "appointment_type": booking.appointment_type,
        "modality": booking.modality.value,
        "location": booking.location,
        "alert": booking.alert,
    }


def from_document(document: Document) -> Booking:
    """Return the booking."""
    return Booking(
        start=document["start"],
        minutes=document["minutes"],
        clinician_id=document["clinician_id"],
        clinician_name=document["clinician_name"],
        service_id=document["service_id"],
        service_code=document["service_code"],
        service_label=document["service_label"],
        appointment_type=document["appointment_type"],
        modality=Modality(document["modality"]),
        location=document["location"],
        alert=document["alert"],
    )
