"""Submitting: published once it is clear what is meant, remembered only when confirmed."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from services.request_intake.domain.submission import KeyReused, NewAppointment, StartInPast
from services.request_intake.use_cases.submit_request import RecentKeys, submit_request
from shared.auth.actors import ClientActor, PortalActor
from shared.messaging.publisher import ConfirmedPublisher, OutgoingMessage, PublishUncertain
from shared.schemas.request_submitted import RequestSubmitted
from tests.unit.builders import CLIENT_ID, NOW, PRACTICE_ID, SESSION

AMARA = ClientActor(PRACTICE_ID, "amara", CLIENT_ID)
ASKED = NewAppointment(
    service_id=SESSION.id,
    start=NOW + timedelta(days=8),
    clinician_id=None,
    time_zone="Europe/Berlin",
    note="After work, please.",
    practice_id=None,
    prospective_client=None,
)


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
    asked: NewAppointment = ASKED,
    *,
    actor: PortalActor = AMARA,
    key: str | None = "key-1",
    **others: Any,
) -> UUID:
    """Submit as Amara."""
    return await submit_request(
        cast("ConfirmedPublisher", published),
        keys,
        actor,
        asked,
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
