"""Requests of several years, newest first: the first ones wait, all others are decided.

So a practice of 10,000 requests is the same as one of 1,000,000, with less behind it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Final, TypeVar
from uuid import UUID

from benchmarks.names import Names
from benchmarks.people import ACTIVE, Person, active_client, person
from benchmarks.practice import PRACTICE, SCHEDULER, SESSION
from services.scheduler.domain.appointment_request import (
    AppointmentRequest,
    Asked,
    Decision,
    Edits,
)
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.mongo.request_documents import from_document, to_document
from services.scheduler.mongo.search import searchable
from shared.mongo import Document
from shared.schemas.vocabulary import RequestStatus, RequestType

PENDING: Final = 3000
"""How many wait, however many lie behind them."""

_APART: Final = timedelta(seconds=190)
"""Between two decided requests: a million in six years."""

_WAITING_DAYS: Final = 20.0
_FORGOTTEN_SHARE: Final = 0.03
_NEW_CLIENT_SHARE: Final = 0.08
_ANY_CLINICIAN_SHARE: Final = 0.05
_TYPES: Final = {RequestType.NEW: 80, RequestType.RESCHEDULE: 12, RequestType.CANCELLATION: 8}
_DECISIONS: Final = {
    RequestStatus.APPROVED: 80,
    RequestStatus.DECLINED: 14,
    RequestStatus.WITHDRAWN: 6,
}
_CHECKED_EACH: Final = 5000

T = TypeVar("T")


def old_requests(many: int, now: datetime) -> Iterator[Document]:
    """Return so many documents, as of `now` (UTC).

    They are put together from parts of real ones, which is ten times quicker than mapping each.

    Raises:
        RuntimeError: a document is not as `mongo.request_documents` would make it.

    """
    maker = _Maker(now)
    for place in range(many):
        document = maker.make(place)
        if place % _CHECKED_EACH == 0:
            _require_real(document)
        yield document


def made_at(place: int, now: datetime) -> datetime:
    """Return when the decided request at a place was made."""
    return now - _APART * (place - PENDING)


class _Maker:
    def __init__(self, now: datetime) -> None:
        self._now = now
        self._random = Random("requests")  # noqa: S311  no secrets
        self._names = Names(self._random)

    def make(self, place: int) -> Document:
        random = self._random
        waits = place < PENDING
        submitted_at = self._waiting_since() if waits else made_at(place, self._now)
        submitted_at = submitted_at.replace(microsecond=0)
        who = active_client(place, random.randrange(1 << 20))
        is_new = random.random() < _NEW_CLIENT_SHARE
        kind = RequestType.NEW if is_new else self._one_of(_TYPES)
        status = RequestStatus.PENDING if waits else self._one_of(_DECISIONS)
        sample = _sample(kind, status)
        any_clinician = kind is RequestType.NEW and random.random() < _ANY_CLINICIAN_SHARE
        asked, about = self._asked(sample["asked"], submitted_at, who, any_clinician=any_clinician)
        document = {
            **sample,
            "_id": self._id(),
            "client": self._new_client(waits=waits) if is_new else _client(who),
            "asked": asked,
            "relevant_time": max(about, submitted_at),
            "submitted_by": f"client:{who.id}",
            "submitted_at": submitted_at,
            "received_at": submitted_at + timedelta(seconds=1),
            "correlation_id": f"bench-{place}",
        }
        if not waits:
            self._decide(document, place)
        seen_by = {asked["clinician_id"]} - {None} if is_new else set(who.assigned)
        document["visible_to"] = sorted(seen_by)
        document["fingerprint"] = f"{random.getrandbits(256):064x}"
        return document

    def _waiting_since(self) -> datetime:
        days = self._random.expovariate(1 / _WAITING_DAYS)
        if self._random.random() < _FORGOTTEN_SHARE:
            days += 365
        return self._now - timedelta(days=days)

    def _asked(
        self, sample: Document, submitted_at: datetime, who: Person, *, any_clinician: bool
    ) -> tuple[Document, datetime]:
        random = self._random
        hour = submitted_at.replace(minute=0, second=0, microsecond=0)
        about = hour + timedelta(days=random.randrange(2, 30), hours=random.randrange(24))
        asked = {
            **sample,
            "clinician_id": None if any_clinician else who.clinician.id,
            "clinician_name": None if any_clinician else who.clinician.name,
        }
        if sample["appointment_id"] is not None:
            asked["appointment_id"] = self._id()
            asked["original_start"] = about - timedelta(days=1)
        if sample["start"] is None:
            return asked, asked["original_start"]
        asked["start"] = about
        return asked, about

    def _new_client(self, *, waits: bool) -> Document:
        name = self._names.draw()
        return {
            **_client(person(self._random.randrange(ACTIVE))),
            "client_id": None if waits else self._id(),
            "is_new": True,
            "name": name,
            "email": f"new.{self._random.getrandbits(32)}@example.org",
            "search": searchable(name),
        }

    def _decide(self, document: Document, place: int) -> None:
        minutes = self._random.randrange(10, 3000)
        at = document["submitted_at"] + timedelta(minutes=minutes)
        document["decision"] = {**document["decision"], "at": at}
        if document["notification"] is not None:
            document["decision"]["appointment_id"] = self._id()
            told = {"event_id": f"{document['_id']}:approved", "at": at + timedelta(seconds=2)}
            document["notification"] = {**document["notification"], **told}
        if document["follow_up"] is not None and place > 2 * PENDING:
            told = {"done": True, "by_name": SCHEDULER.name, "at": at + timedelta(hours=3)}
            document["follow_up"] = told

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def _one_of(self, shares: Mapping[T, int]) -> T:
        (one,) = self._random.choices(list(shares), list(shares.values()))
        return one


@lru_cache
def _sample(kind: RequestType, status: RequestStatus) -> Document:
    """Return the document of a whole request; what differs from one to the next is replaced."""
    then = datetime(2026, 1, 2, tzinfo=UTC)
    books = kind is not RequestType.CANCELLATION
    moves = kind is not RequestType.NEW
    request = AppointmentRequest(
        id=PRACTICE.id,
        practice_id=PRACTICE.id,
        type=kind,
        status=RequestStatus.PENDING,
        version=1,
        requester=person(0).requester,
        asked=Asked(
            start=then if books else None,
            minutes=SESSION.minutes,
            service_id=SESSION.id,
            service_label=SESSION.label,
            clinician_id=SCHEDULER.id,
            clinician_name=SCHEDULER.name,
            note="Mornings suit me best." if books else None,
            appointment_id=PRACTICE.id if moves else None,
            original_start=then if moves else None,
        ),
        flags=frozenset(),
        submitted_by="",
        submitted_at=then,
        received_at=then,
        correlation_id="",
    )
    if status is RequestStatus.PENDING:
        return to_document(request)
    approved = status is RequestStatus.APPROVED
    decision = Decision(
        status=status,
        by_staff_id=SCHEDULER.id,
        by_name=SCHEDULER.name,
        at=then,
        edits=Edits(),
        reason=None,
        appointment_id=PRACTICE.id if approved else None,
    )
    told = Notification("", NotificationStatus.SENT, then) if approved else None
    return to_document(replace(request.decide(decision), notification=told))


@lru_cache(maxsize=2 * ACTIVE)
def _client(who: Person) -> Document:
    """Return what a request's document says of a client on record."""
    request = from_document(_sample(RequestType.NEW, RequestStatus.PENDING))
    client: Document = to_document(replace(request, requester=who.requester))["client"]
    return client


def _require_real(document: Document) -> None:
    beside = {name: document[name] for name in ("visible_to", "fingerprint")}
    if {**to_document(from_document(document)), **beside} != document:
        raise RuntimeError(
            "requests are mapped otherwise now: put benchmarks/old_requests.py right"
        )
