"""A request to and from its document."""

from dataclasses import asdict

from services.scheduler.domain.appointment_request import (
    AppointmentRequest,
    Asked,
    Decision,
    Edits,
    FollowUp,
    Requester,
    RequestFlag,
)
from services.scheduler.mongo import dates, notifications
from services.scheduler.mongo.search import searchable
from shared.mongo import Document
from shared.schemas.vocabulary import Language, Modality, RequestStatus, RequestType


def to_document(request: AppointmentRequest) -> Document:
    """Return the document, without what only queries need."""
    born, language = request.requester.birth_date, request.requester.language
    return {
        "_id": request.id,
        "practice_id": request.practice_id,
        "type": request.type.value,
        "status": request.status.value,
        "version": request.version,
        "client": {
            **asdict(request.requester),
            "birth_date": born and dates.to_bson(born),
            "language": language and language.value,
            "search": searchable(request.requester.name),
        },
        "asked": asdict(request.asked),
        "relevant_time": request.relevant_time,
        "flags": sorted(flag.value for flag in request.flags),
        "submitted_by": request.submitted_by,
        "submitted_at": request.submitted_at,
        "received_at": request.received_at,
        "correlation_id": request.correlation_id,
        **decision_fields(request),
    }


def decision_fields(request: AppointmentRequest) -> Document:
    """Return what a decision writes, beside status and version."""
    return {
        "decision": request.decision and _decision_to_document(request.decision),
        "follow_up": request.follow_up and asdict(request.follow_up),
        "notification": notifications.to_document(request.notification),
    }


def from_document(document: Document) -> AppointmentRequest:
    """Return the request."""
    follow_up = document["follow_up"]
    return AppointmentRequest(
        id=document["_id"],
        practice_id=document["practice_id"],
        type=RequestType(document["type"]),
        status=RequestStatus(document["status"]),
        version=document["version"],
        requester=_requester(document["client"]),
        asked=Asked(**document["asked"]),
        flags=frozenset(RequestFlag(flag) for flag in document["flags"]),
        submitted_by=document["submitted_by"],
        submitted_at=document["submitted_at"],
        received_at=document["received_at"],
        correlation_id=document["correlation_id"],
        decision=document["decision"] and _decision_from_document(document["decision"]),
        follow_up=follow_up and FollowUp(**follow_up),
        notification=notifications.from_document(document["notification"]),
    )


def _requester(document: Document) -> Requester:
    born, language = document["birth_date"], document["language"]
    return Requester(
        client_id=document["client_id"],
        is_new=document["is_new"],
        name=document["name"],
        email=document["email"],
        phone=document["phone"],
        birth_date=born and dates.from_bson(born),
        time_zone=document["time_zone"],
        language=language and Language(language),
    )


def _decision_to_document(decision: Decision) -> Document:
    edits = asdict(decision.edits)
    return {
        "status": decision.status.value,
        "by_staff_id": decision.by_staff_id,
        "by_name": decision.by_name,
        "at": decision.at,
        "edits": {**edits, "modality": edits["modality"] and edits["modality"].value},
        "reason": decision.reason,
        "appointment_id": decision.appointment_id,
    }


def _decision_from_document(document: Document) -> Decision:
    edits = document["edits"]
    modality = edits["modality"] and Modality(edits["modality"])
    return Decision(
        status=RequestStatus(document["status"]),
        by_staff_id=document["by_staff_id"],
        by_name=document["by_name"],
        at=document["at"],
        edits=Edits(**{**edits, "modality": modality}),
        reason=document["reason"],
        appointment_id=document["appointment_id"],
    )
