"""What an event tells an e-mail of practice and client, as they are set just then."""

from dataclasses import replace
from typing import Any

import pytest

from services.scheduler.domain.portal_settings import PortalSettings
from shared.schemas.appointment_changed import AppointmentChanged
from shared.schemas.request_approved import RequestApproved
from shared.schemas.request_submitted import ProspectiveClient
from shared.schemas.vocabulary import Language, RequestType
from tests.harness.client_emails import decline_one, on_their_way, set_emails
from tests.harness.practice import SmallPractice, approve, later
from tests.harness.staff_day import NEW_CLIENT, ask_about, book

PORTAL = "https://portal.example.org/a-practice"
NEW = ProspectiveClient.model_validate(NEW_CLIENT)


async def set_portal(small: SmallPractice) -> None:
    """Say where the portal is, in its own settings."""
    await small.store.portal_settings.save(PortalSettings(small.practice.id))
    await small.store.database["portal_settings"].update_one(
        {"_id": small.practice.id}, {"$set": {"portal_url": PORTAL}}
    )


async def contacts(small: SmallPractice) -> list[Any]:
    """Return how the practice signs in all that is on its way, as JSON."""
    found = []
    for event in (await on_their_way(small)).values():
        data = event.model_dump(mode="json")["data"]
        found.append(data["practice"] if "practice" in data else data["message"]["practice"])
    return found


async def test_every_event_signs_as_the_practice_has_set(small: SmallPractice) -> None:
    """Booked on request, moved, cancelled, declined with a message, and by staff alone."""
    await set_portal(small)
    await set_emails(
        small,
        sender_name="The Practice",
        reply_to="answers@example.org",
        language=Language.SPANISH,
        decline_messages=True,
    )
    booked = (await approve(small, await small.receive())).appointment
    assert booked is not None
    for kind, fields in (
        (RequestType.RESCHEDULE, {"start": later(hours=3)}),
        (RequestType.CANCELLATION, {}),
    ):
        current = await small.store.appointments.get(small.priya, booked.id)
        assert current is not None
        await approve(small, await ask_about(small, current, kind, **fields))
    await decline_one(small, start=later(days=1))
    await book(small, later(days=2))

    told = await contacts(small)

    assert len(told) == 5
    for contact in told:
        assert contact == {
            "name": "A Practice",
            "time_zone": "America/New_York",
            "phone": None,
            "email": "a@example.org",
            "sender_name": "The Practice",
            "reply_to": "answers@example.org",
            "language": "es",
            "portal_url": PORTAL,
            "texts": {"arrival": None, "cancelling": None, "closing": None},
        }


async def test_without_portal_settings_no_portal_is_told_of(small: SmallPractice) -> None:
    """Nor where they say none."""
    await approve(small, await small.receive())
    await small.store.portal_settings.save(PortalSettings(small.practice.id))
    await approve(small, await small.receive(start=later(days=1)))
    assert [contact["portal_url"] for contact in await contacts(small)] == [None, None]


async def test_editing_the_practice_leaves_the_portal_where_it_is(small: SmallPractice) -> None:
    """The address is kept with the portal's settings alone."""
    await set_portal(small)
    practice = await small.store.practices.get(small.practice.id)
    assert practice is not None
    assert practice.portal_url == PORTAL
    assert await small.store.practices.replace(
        practice, replace(practice, portal_url=None, version=2)
    )
    again = await small.store.practices.get(small.practice.id)
    assert again is not None
    assert again.portal_url == PORTAL


@pytest.mark.parametrize("language", [Language.GERMAN, None])
async def test_the_clients_language_is_told(
    small: SmallPractice, language: Language | None
) -> None:
    """As the record has it, in what is asked for and what staff book."""
    await small.store.clients.save(replace(small.amara, language=language))
    await approve(small, await small.receive())
    await book(small, later(days=1))
    events = (await on_their_way(small)).values()
    assert len(events) == 2
    for event in events:
        assert isinstance(event, RequestApproved | AppointmentChanged)
        assert event.data.client.language is language


async def test_a_new_clients_record_has_the_language_of_their_request(
    small: SmallPractice,
) -> None:
    """And so has the e-mail of the approval that made it."""
    request = await small.receive(client_id=None, prospective_client=NEW)
    await small.store.database["requests"].update_one(
        {"_id": request}, {"$set": {"client.language": "de"}}
    )

    decided = await approve(small, request)

    client_id = decided.request.requester.client_id
    assert client_id is not None
    record = await small.store.clients.get(small.practice.id, client_id)
    assert record is not None
    assert record.language is Language.GERMAN
    event = (await on_their_way(small))[f"{request}:approved"]
    assert isinstance(event, RequestApproved)
    assert event.data.client.language is Language.GERMAN
