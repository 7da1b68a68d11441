"""Staff book without a request: the same rules, once for each key, and the client is told."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.domain.email_settings import EmailSettings
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.refusals import (
    ActorNotStaff,
    ClientUnknown,
    ClinicianUnknown,
    KeyReused,
    ServiceUnknown,
    SlotTaken,
    StartInPast,
)
from services.scheduler.mongo.outbox import Outbox
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import Changed
from shared.schemas.appointment_changed import AppointmentChange
from tests.harness.practice import (
    NOW,
    START,
    SmallPractice,
    booked_intervals,
    busy_intervals,
    later,
    open_practice,
)
from tests.harness.staff_day import book, cancel, changes_told, history_of, move, stored


async def test_a_booking_is_an_appointment_a_busy_hour_a_history_and_an_event(
    small: SmallPractice,
) -> None:
    """All of it, in one transaction."""
    booked = await book(small, details=Edits(alert="Form."))

    one = booked.appointment
    assert (booked.repeated, one.sequence, one.version) == (False, 0, 1)
    assert one.booking.alert == "Form."
    assert await busy_intervals(small.store) == {(one.id, START, later(minutes=45))}
    document = await stored(small, "appointments", one.id)
    assert (set(document["visible_to"]), document["request_ids"]) == ({small.dana.id}, [])
    (entry,) = await history_of(small, one)
    assert (entry.action, entry.by_name, entry.at) == ("booked", "Priya", NOW)
    assert entry.after["appointment"]["alert"] == "Form."
    (event,) = await changes_told(small)
    assert event.id == f"{one.id}:0:changed"
    assert event.correlationid == "a-call"
    assert (event.data.change, event.data.notify_client) == (AppointmentChange.BOOKED, True)
    assert event.data.client.email == small.amara.email
    assert "Form." not in event.model_dump_json()
    assert one.notification == Notification(event.id, NotificationStatus.WAITING, NOW)
    assert await small.store.appointments.get(small.priya, one.id) == one


async def test_a_failure_in_the_middle_books_nothing(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last write fails: no appointment, no busy hour, no history."""

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the last write")

    monkeypatch.setattr(Outbox, "add", fail)
    with pytest.raises(RuntimeError):
        await book(small)

    for collection in ("appointments", "history", "outbox"):
        assert await small.store.database[collection].count_documents({}) == 0
    assert await busy_intervals(small.store) == set()


async def test_a_practice_that_does_not_write_to_its_clients_says_so(small: SmallPractice) -> None:
    """The event tells everybody else; no e-mail waits on the appointment."""
    await small.store.practices.save(
        replace(small.practice, emails=EmailSettings(staff_changes=False))
    )

    one = (await book(small)).appointment
    moved = (await move(small, one, Edits(start=later(hours=1)))).appointment
    cancelled = (await cancel(small, one)).appointment

    assert [event.data.notify_client for event in await changes_told(small)] == [False] * 3
    assert [each.notification for each in (one, moved, cancelled)] == [None] * 3


async def test_a_key_books_once(small: SmallPractice) -> None:
    """The same call again answers the appointment, also after it was moved."""
    first = await book(small, key="a-key")

    again = await book(small, key="a-key")
    moved = (await move(small, first.appointment, Edits(start=later(days=1)))).appointment
    later_on = await book(small, key="a-key")

    assert (again.repeated, again.appointment) == (True, first.appointment)
    assert (later_on.repeated, later_on.appointment) == (True, moved)
    assert len(await changes_told(small)) == 2
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


@pytest.mark.parametrize("confirmed", [Confirmed(), Confirmed(overlap=True)])
async def test_eight_calls_with_one_key_at_once_book_once(
    small: SmallPractice, confirmed: Confirmed
) -> None:
    """None of them meets the hour that another has taken for the same appointment."""
    answers = await asyncio.gather(
        *(book(small, key="a-key", confirmed=confirmed) for _ in range(8)), return_exceptions=True
    )

    made = [one for one in answers if isinstance(one, Changed)]
    assert len(made) == 8, answers
    assert [one.repeated for one in made].count(False) == 1
    assert len({one.appointment.id for one in made}) == 1
    assert len(await changes_told(small)) == 1
    assert len(await busy_intervals(small.store)) == 1


async def test_a_key_is_of_one_person_and_one_client(small: SmallPractice) -> None:
    """For another client it is refused; somebody else's same key is another booking."""
    await book(small, key="a-key")

    with pytest.raises(KeyReused):
        await book(small, later(days=1), client=small.keisha, key="a-key")
    other = await book(small, later(days=1), key="a-key", actor=small.dana)

    assert not other.repeated
    assert len(await booked_intervals(small.store)) == 2


async def test_without_a_key_each_call_books(small: SmallPractice) -> None:
    """The second meets the hour taken by the first."""
    await book(small)
    with pytest.raises(SlotTaken):
        await book(small)
    assert not (await book(small, later(hours=1))).repeated


async def test_a_clash_is_named_and_nothing_is_booked(small: SmallPractice) -> None:
    """What Dana may not see of Marcus's calendar, she does not learn here either."""
    taken = (await book(small, client=small.keisha, clinician=small.marcus)).appointment

    for actor, known in ((small.priya, (taken.id, "Keisha")), (small.dana, (None, None))):
        with pytest.raises(SlotTaken) as refused:
            await book(small, later(minutes=15), clinician=small.marcus, actor=actor)
        (clash,) = refused.value.clashes
        assert (clash.appointment_id, clash.client_name) == known
        expected = START if actor is small.priya else later(minutes=15)
        assert (clash.start, clash.end) == (expected, later(minutes=45))
    assert await booked_intervals(small.store) == {(taken.id, START, later(minutes=45))}


async def test_what_the_records_do_not_allow_is_refused_by_name(
    small: SmallPractice, store: Store
) -> None:
    """Of another practice is as good as unknown; who left, and schedulers, see no clients."""
    other = await open_practice(store)
    gone = replace(small.marcus, active=False)
    await store.staff.save(gone)

    with pytest.raises(ClientUnknown):
        await book(small, client=other.amara)
    with pytest.raises(ClientUnknown):
        await book(small, client=replace(small.amara, id=uuid4()))
    for clinician in (other.dana, small.priya, gone):
        with pytest.raises(ClinicianUnknown):
            await book(small, clinician=clinician)
    with pytest.raises(StartInPast):
        await book(small, NOW)
    with pytest.raises(ServiceUnknown):
        await book(replace(small, session=other.session))
    await store.database["practices"].delete_one({"_id": small.practice.id})
    with pytest.raises(ActorNotStaff):
        await book(small)
    assert await booked_intervals(store) == set()


async def test_clinicians_book_their_own_clients(small: SmallPractice) -> None:
    """With whomever; another's client is not there for them."""
    mine = (await book(small, clinician=small.marcus, actor=small.dana)).appointment
    document = await stored(small, "appointments", mine.id)
    assert set(document["visible_to"]) == {small.dana.id, small.marcus.id}
    with pytest.raises(ClientUnknown):
        await book(small, later(days=1), client=small.keisha, actor=small.dana)
