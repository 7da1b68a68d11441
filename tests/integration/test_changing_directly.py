"""Staff move, change and cancel without a request: one change each, and told when it is news."""

import asyncio
from dataclasses import replace

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.refusals import (
    AppointmentCancelled,
    AppointmentNotFound,
    ClinicianUnknown,
    ServiceUnknown,
    SlotTaken,
    StaleVersion,
    StartInPast,
)
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import Changed
from shared.schemas.appointment_changed import AppointmentChange
from shared.schemas.vocabulary import ChangedField
from tests.harness.practice import (
    NOW,
    START,
    SmallPractice,
    booked_intervals,
    busy_intervals,
    later,
    open_practice,
)
from tests.harness.staff_day import (
    book,
    booked_by_request,
    cancel,
    changes_told,
    history_of,
    move,
    stored,
)

TOMORROW = Edits(start=later(days=1))


async def test_a_move_frees_the_old_hour_and_takes_the_new(small: SmallPractice) -> None:
    """The same appointment, the next sequence, and an event with both times."""
    one = (await book(small)).appointment

    moved = await move(small, one, Edits(start=later(minutes=30)), version=1)

    after = moved.appointment
    assert (moved.repeated, after.id, after.sequence, after.version) == (False, one.id, 1, 2)
    assert await busy_intervals(small.store) == {(one.id, later(minutes=30), later(minutes=75))}
    _, event = await changes_told(small)
    assert event.id == f"{one.id}:1:changed"
    assert event.data.change is AppointmentChange.MOVED
    assert event.data.previous is not None
    assert event.data.previous.start == START
    assert [change.field for change in event.data.changes] == [ChangedField.START]
    _, entry = await history_of(small, one)
    assert (entry.action, entry.before["appointment"]["start"]) == ("moved", START)
    assert entry.after["appointment"]["start"] == later(minutes=30)


async def test_a_move_to_another_clinician_moves_between_calendars(small: SmallPractice) -> None:
    """Who sees it changes with it; the client's own clinician still does."""
    one = (await book(small)).appointment

    await move(small, one, Edits(clinician_id=small.marcus.id))

    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    document = await stored(small, "appointments", one.id)
    assert set(document["visible_to"]) == {small.dana.id, small.marcus.id}
    await book(small, client=small.keisha)  # Dana's hour is free


async def test_an_alert_alone_is_news_to_nobody(small: SmallPractice) -> None:
    """A history entry and a new version; no event, no e-mail, and the sequence stays."""
    one = (await book(small)).appointment
    sent = Notification("e", NotificationStatus.SENT, NOW)
    await small.store.database["appointments"].update_one(
        {"_id": one.id}, {"$set": {"notification.status": "sent", "notification.event_id": "e"}}
    )

    after = (await move(small, one, Edits(alert="Form.", service_code="90832"))).appointment

    assert (after.sequence, after.version, after.booking.alert) == (0, 2, "Form.")
    assert after.notification == sent
    assert len(await changes_told(small)) == 1
    assert [entry.action for entry in await history_of(small, one)] == ["booked", "moved"]


async def test_the_same_move_again_changes_nothing(small: SmallPractice) -> None:
    """Even with the old version: a second click carries the version of the first."""
    one = (await book(small)).appointment
    first = await move(small, one, TOMORROW, version=1)

    again = await move(small, one, TOMORROW, version=1)

    assert (again.repeated, again.appointment) == (True, first.appointment)
    assert len(await changes_told(small)) == 2
    assert len(await history_of(small, one)) == 2
    assert (await move(small, one, Edits())).repeated


async def test_eight_clicks_move_it_once(small: SmallPractice) -> None:
    """All answer the appointment as it is then."""
    one = (await book(small)).appointment

    answers = await asyncio.gather(*(move(small, one, TOMORROW, version=1) for _ in range(8)))

    assert [answer.repeated for answer in answers].count(False) == 1
    assert {answer.appointment.version for answer in answers} == {2}
    assert len(await changes_told(small)) == 2


async def test_what_has_changed_since_it_was_read_is_not_changed_blindly(
    small: SmallPractice,
) -> None:
    """Moving and cancelling with an old version."""
    one = (await book(small)).appointment
    await move(small, one, Edits(alert="Form."))

    with pytest.raises(StaleVersion):
        await move(small, one, TOMORROW, version=1)
    with pytest.raises(StaleVersion):
        await cancel(small, one, version=1)
    assert (await move(small, one, TOMORROW, version=2)).appointment.version == 3
    assert not (await cancel(small, one, version=3)).appointment.is_booked


async def test_movers_to_different_hours_come_one_after_the_other(small: SmallPractice) -> None:
    """Without a version the last one stands; each is counted, and one hour is busy."""
    one = (await book(small)).appointment

    await asyncio.gather(*(move(small, one, Edits(start=later(days=day))) for day in range(1, 6)))

    document = await stored(small, "appointments", one.id)
    assert (document["sequence"], document["version"]) == (5, 6)
    assert len(await busy_intervals(small.store)) == 1
    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    assert len(await history_of(small, one)) == 6


async def test_two_who_want_each_others_hours_do_not_both_get_one(small: SmallPractice) -> None:
    """Neither hour is free until the other leaves it: both are refused, or one after the other."""
    first = (await book(small)).appointment
    second = (await book(small, later(hours=1), client=small.keisha)).appointment

    answers = await asyncio.gather(
        move(small, first, Edits(start=later(hours=1))),
        move(small, second, Edits(start=START)),
        return_exceptions=True,
    )

    assert all(isinstance(answer, SlotTaken) for answer in answers), answers
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_a_clash_leaves_it_where_it_was(small: SmallPractice) -> None:
    """Until staff allow the overlap."""
    one = (await book(small)).appointment
    taken = (await book(small, later(hours=1), client=small.keisha)).appointment
    before = await busy_intervals(small.store)
    onto = Edits(start=later(minutes=45), minutes=60)

    with pytest.raises(SlotTaken) as refused:
        await move(small, one, onto)
    assert [clash.appointment_id for clash in refused.value.clashes] == [taken.id]
    assert await busy_intervals(small.store) == before
    moved = (await move(small, one, onto, confirmed=Confirmed(overlap=True))).appointment

    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    entries = await history_of(small, moved)
    assert [clash["appointment_id"] for clash in entries[-1].after["overlaps"]] == [str(taken.id)]


async def test_a_cancellation_frees_the_hour_and_is_told(small: SmallPractice) -> None:
    """Once: the second click answers the first, with any version."""
    one = await booked_by_request(small)

    gone = await cancel(small, one, version=1)
    again = await cancel(small, one, version=1)

    assert not gone.appointment.is_booked
    assert (again.repeated, again.appointment) == (True, gone.appointment)
    assert await busy_intervals(small.store) == set()
    (event,) = await changes_told(small)
    assert event.data.change is AppointmentChange.CANCELLED
    assert (event.data.appointment.status, event.data.appointment.sequence) == ("cancelled", 1)
    assert gone.appointment.notification == Notification(event.id, NotificationStatus.WAITING, NOW)
    assert {entry.action for entry in await history_of(small, one)} == {"approved", "cancelled"}
    with pytest.raises(AppointmentCancelled):
        await move(small, one, TOMORROW)


async def test_moving_and_cancelling_at_once_end_in_a_cancellation(small: SmallPractice) -> None:
    """Whichever came first, nothing is busy in the end."""
    for day in range(6):
        one = (await book(small, later(days=day))).appointment

        moved, cancelled = await asyncio.gather(
            move(small, one, Edits(start=later(days=day, hours=2))),
            cancel(small, one),
            return_exceptions=True,
        )

        assert isinstance(cancelled, Changed)
        assert isinstance(moved, Changed | AppointmentCancelled)
        assert await busy_intervals(small.store) == set()
        document = await stored(small, "appointments", one.id)
        assert document["sequence"] == (2 if isinstance(moved, Changed) else 1)


async def test_an_appointment_that_is_over_can_be_put_right_but_not_moved_back(
    small: SmallPractice,
) -> None:
    """Its alert and its length; a new time must be to come."""
    one = (await book(small)).appointment
    over = NOW.replace(hour=9)
    await small.store.database["appointments"].update_one(
        {"_id": one.id}, {"$set": {"start": over, "end": over.replace(minute=45)}}
    )

    assert (await move(small, one, Edits(alert="Came late."))).appointment.booking.start == over
    with pytest.raises(StartInPast):
        await move(small, one, Edits(start=over.replace(minute=30)))


async def test_what_one_may_not_see_one_does_not_change(small: SmallPractice, store: Store) -> None:
    """Another clinician's, another practice's."""
    other = await open_practice(store)
    one = (await book(small)).appointment
    for stranger in (small.marcus, other.priya):
        with pytest.raises(AppointmentNotFound):
            await move(small, one, TOMORROW, actor=stranger)
        with pytest.raises(AppointmentNotFound):
            await cancel(small, one, actor=stranger)
    assert (await move(small, one, TOMORROW, actor=small.dana)).appointment.sequence == 1


async def test_only_what_the_practice_has_is_moved_to(small: SmallPractice, store: Store) -> None:
    """Another practice's clinician and service, and a clinician who has left."""
    other = await open_practice(store)
    one = (await book(small)).appointment
    await store.staff.save(replace(small.marcus, active=False))
    for clinician in (other.dana, small.marcus, small.priya):
        with pytest.raises(ClinicianUnknown):
            await move(small, one, Edits(clinician_id=clinician.id))
    with pytest.raises(ServiceUnknown):
        await move(small, one, Edits(service_id=other.session.id))
    assert await busy_intervals(small.store) == {(one.id, START, later(minutes=45))}
