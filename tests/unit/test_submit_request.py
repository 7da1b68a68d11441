"""Submitting: published once it is clear what is meant, remembered only when confirmed."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from services.request_intake.domain.offered import AtHand
from services.request_intake.domain.submission import (
    Cancellation,
    KeyReused,
    NewAppointment,
    NotOffered,
    Reschedule,
    StartInPast,
    Submission,
)
from services.request_intake.use_cases.recent_keys import RecentKeys
from services.request_intake.use_cases.submit_request import submit_request
from services.request_intake.use_cases.withdraw_request import withdraw_request
from shared.auth.actors import ClientActor, PortalActor, ProspectiveClientActor
from shared.messaging.publisher import ConfirmedPublisher, OutgoingMessage, PublishUncertain
from shared.schemas.request_submitted import RequestSubmitted
from shared.schemas.request_withdrawn import RequestWithdrawn
from shared.schemas.vocabulary import Language, RequestType
from tests.unit.builders import CLIENT_ID, NOW, PRACTICE_ID, SESSION
from tests.unit.test_portal_policy import SESSION as OFFERED
from tests.unit.test_portal_policy import policy

AMARA = ClientActor(PRACTICE_ID, "amara", CLIENT_ID)
ASKED = NewAppointment(
    service_id=SESSION.id,
    start=NOW + timedelta(days=8),
    clinician_id=None,
    time_zone="Europe/Berlin",
    note="After work, please.",
    practice_id=None,
    prospective_client=None,
    language=Language.GERMAN,
)


NOTHING_AT_HAND = AtHand(policy=None, own_appointments=None, pending=None, slot_is_open=None)


class Known:
    """What is known, and what it is when asked for; counts how often somebody is asked."""

    def __init__(self, at_hand: AtHand, renewed: AtHand | None = None) -> None:
        self._at_hand = at_hand
        self._renewed = renewed or at_hand
        self.received: set[UUID] = set()
        self.times_asked = 0

    def at_hand(self, _asked: Submission) -> AtHand:
        """Return it, asking nobody."""
        return self._at_hand

    async def renewed(self, _asked: Submission) -> AtHand:
        """Return it as it is now."""
        self.times_asked += 1
        return self._renewed

    async def has_request(self, request_id: UUID) -> bool:
        """Say whether the scheduler has it."""
        return request_id in self.received


class Published:
    """Keeps what would be published; raises `failure` instead when it is set."""

    def __init__(self) -> None:
        self.messages: list[OutgoingMessage] = []
        self.failure: Exception | None = None

    async def publish(self, message: OutgoingMessage) -> None:
        """Keep it."""
        if self.failure is not None:
            raise self.failure
        self.messages.append(message)


async def submit(
    published: Published,
    keys: RecentKeys,
    asked: Submission = ASKED,
    *,
    actor: PortalActor = AMARA,
    known: Known | None = None,
    key: str | None = "key-1",
    **others: Any,
) -> UUID:
    """Submit as Amara."""
    return await submit_request(
        cast("ConfirmedPublisher", published),
        keys,
        actor,
        asked,
        known or Known(NOTHING_AT_HAND),
        idempotency_key=key,
        correlation_id="portal-0001",
        **{"now": NOW, **others},
    )


async def test_the_event_says_who_asks_for_what() -> None:
    """Who asks comes from the token; the message is mandatory and carries the correlation id."""
    published = Published()
    identifier = await submit(published, RecentKeys())
    (message,) = published.messages
    assert (message.exchange, message.routing_key) == ("portal", "request.submitted")
    assert message.mandatory
    event = RequestSubmitted.model_validate_json(message.body)
    assert event.id == f"{identifier}:submitted"
    assert event.subject == str(identifier)
    assert event.practiceid == PRACTICE_ID
    assert event.correlationid == message.correlation_id == "portal-0001"
    assert event.data.request_id == identifier
    assert event.data.client_id == CLIENT_ID
    assert event.data.submitted_by == "amara"
    assert event.data.start == ASKED.start
    assert event.data.time_zone == "Europe/Berlin"
    assert event.data.language is Language.GERMAN
    assert event.data.note == "After work, please."


async def test_the_same_key_is_the_same_request() -> None:
    """A retry is published again under the same ids; the scheduler knows it by them."""
    published, keys = Published(), RecentKeys()
    first = await submit(published, keys)
    again = await submit(published, keys, now=NOW + timedelta(minutes=5))
    assert first == again
    ids = {json.loads(message.body)["id"] for message in published.messages}
    assert len(ids) == 1


async def test_the_same_key_with_another_content_is_refused() -> None:
    """A key used for something else is told to the caller, and nothing is published."""
    published, keys = Published(), RecentKeys()
    await submit(published, keys)
    with pytest.raises(KeyReused):
        await submit(published, keys, replace(ASKED, note="In the morning."))
    assert len(published.messages) == 1


async def test_what_was_not_confirmed_is_not_remembered() -> None:
    """After an unknown outcome the caller may still correct the content."""
    published, keys = Published(), RecentKeys()
    published.failure = PublishUncertain("no confirm")
    with pytest.raises(PublishUncertain):
        await submit(published, keys)
    published.failure = None
    await submit(published, keys, replace(ASKED, note="In the morning."))
    assert len(published.messages) == 1


async def test_what_is_accepted_waits_for_nothing() -> None:
    """With all at hand, and with nothing, nobody is asked."""
    for at_hand in (NOTHING_AT_HAND, AtHand(policy(), {}, 0, slot_is_open=True)):
        known = Known(at_hand)
        published = Published()
        await submit(published, RecentKeys(), replace(ASKED, service_id=OFFERED), known=known)
        assert len(published.messages) == 1
        assert known.times_asked == 0


async def test_what_is_refused_is_asked_for_again_first() -> None:
    """What was open no more may be open; what still is not, is refused; each asks once."""
    closed = replace(NOTHING_AT_HAND, slot_is_open=False)
    published = Published()
    reopened = Known(closed, renewed=replace(closed, slot_is_open=True))
    await submit(published, RecentKeys(), known=reopened)
    assert (len(published.messages), reopened.times_asked) == (1, 1)
    still = Known(closed)
    with pytest.raises(NotOffered, match="slot-not-open"):
        await submit(published, RecentKeys(), known=still)
    assert (len(published.messages), still.times_asked) == (1, 1)


async def test_a_repetition_is_not_refused_for_its_own_sake() -> None:
    """Once accepted, the time is not open any more, and one more waits: because of it.

    The same holds where this process does not know whether it was, and where another took it.
    """
    published, keys = Published(), RecentKeys()
    first = await submit(published, keys)
    gone = Known(replace(NOTHING_AT_HAND, slot_is_open=False))
    assert await submit(published, keys, known=gone) == first

    published.failure = PublishUncertain("no confirm")
    with pytest.raises(PublishUncertain):
        await submit(published, keys, key="key-2")
    published.failure = None
    await submit(published, keys, key="key-2", known=gone)

    gone.received.add(first)
    assert await submit(published, RecentKeys(), known=gone) == first
    with pytest.raises(NotOffered):
        await submit(published, RecentKeys(), key="key-3", known=gone)


async def test_without_a_key_each_is_a_request() -> None:
    """Two calls without a key are two requests."""
    published, keys = Published(), RecentKeys()
    first = await submit(published, keys, key=None)
    assert await submit(published, keys, key=None) != first


async def test_what_is_refused_is_not_published() -> None:
    """A start in the past leaves nothing on the queue."""
    published = Published()
    with pytest.raises(StartInPast):
        await submit(published, RecentKeys(), replace(ASKED, start=NOW))
    assert published.messages == []


async def test_moving_and_cancelling_name_the_appointment() -> None:
    """What a reschedule leaves out stays as booked; a cancellation is about nothing else."""
    published, original = Published(), UUID(int=30)
    start = NOW + timedelta(days=9)
    await submit(
        published,
        RecentKeys(),
        Reschedule(original, start, None, None, "Europe/Berlin", "Later, please.", None),
        key="move",
    )
    await submit(published, RecentKeys(), Cancellation(original, None, None), key="cancel")

    moved, cancelled = (
        RequestSubmitted.model_validate_json(message.body).data for message in published.messages
    )
    assert (moved.request_type, moved.appointment_id) == (RequestType.RESCHEDULE, original)
    assert (moved.start, moved.service_id, moved.note) == (start, None, "Later, please.")
    assert cancelled.request_type is RequestType.CANCELLATION
    assert (cancelled.appointment_id, cancelled.start) == (original, None)
    assert cancelled.client_id == CLIENT_ID


@pytest.mark.parametrize(
    ("actor", "client_id"),
    [(AMARA, CLIENT_ID), (ProspectiveClientActor(PRACTICE_ID, "portal"), None)],
)
async def test_withdrawing_says_who_takes_what_back(
    actor: PortalActor, client_id: UUID | None
) -> None:
    """The scheduler must know whose it is; saying it twice is the same event."""
    published, request_id = Published(), UUID(int=40)
    for _ in range(2):
        await withdraw_request(
            cast("ConfirmedPublisher", published),
            actor,
            request_id,
            correlation_id="portal-0002",
            now=NOW,
        )

    first, again = (
        RequestWithdrawn.model_validate_json(message.body) for message in published.messages
    )
    assert first == again
    assert published.messages[0].routing_key == "request.withdrawn"
    assert first.data.request_id == request_id
    assert (first.data.client_id, first.data.withdrawn_by) == (client_id, actor.subject)
