"""The e-mail about an appointment, sent once more: to whom, about what, and when not."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.notification import NotificationStatus
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import (
    AppointmentNotFound,
    AppointmentOver,
    EmailsNotWanted,
    EmailWaiting,
    NoEmailToResend,
)
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.read_history import appointment_history
from services.scheduler.use_cases.resend_email import resend_email
from shared.schemas.appointment_changed import AppointmentChange, AppointmentChanged
from shared.schemas.published import AnyEvent
from shared.schemas.request_approved import RequestApproved
from shared.schemas.vocabulary import Language
from tests.harness.client_emails import on_their_way, set_emails
from tests.harness.outcomes import FAILED, SENT, SKIPPED, Approved, approve_one, told
from tests.harness.practice import NOW, START, SmallPractice, later, open_practice
from tests.harness.staff_day import book, cancel

CALL = "this-call"


@pytest.fixture
async def approved(store: Store) -> Approved:
    """A request of Amara's that was approved; its e-mail waits."""
    return await approve_one(await open_practice(store))


async def resend(
    small: SmallPractice,
    appointment: Appointment,
    *,
    actor: StaffMember | None = None,
    now: datetime = NOW + timedelta(minutes=5),
) -> Appointment:
    """Send it again, five minutes after the approval."""
    return await resend_email(
        small.store, actor or small.priya, appointment.id, correlation_id=CALL, now=now
    )


async def sent_again(approved: Approved) -> AnyEvent:
    """Send it again and return the event that tells of it."""
    appointment = await resend(approved.small, await approved.appointment())
    assert appointment == await approved.appointment()
    assert appointment.notification is not None
    assert appointment.notification.status is NotificationStatus.WAITING
    return (await on_their_way(approved.small))[appointment.notification.event_id]


async def test_the_same_is_sent_to_the_client_as_on_record_now(approved: Approved) -> None:
    """Address, name and language of today, signed as the practice signs today; all else stays."""
    small = approved.small
    await approved.tell(FAILED)
    first = (await on_their_way(small))[approved.event_id]
    assert isinstance(first, RequestApproved)
    corrected = replace(
        small.amara, email="right@example.org", name="Amara O.", language=Language.GERMAN, version=2
    )
    await small.store.clients.save(corrected)
    await set_emails(small, reply_to="answers@example.org")

    event = await sent_again(approved)

    assert isinstance(event, RequestApproved)
    assert event.id == f"{approved.event_id}:again.1"
    assert event.time == NOW + timedelta(minutes=5)
    client, practice = event.data.client, event.data.practice
    assert (client.name, client.email, client.language) == (
        "Amara O.",
        "right@example.org",
        Language.GERMAN,
    )
    assert practice.reply_to == "answers@example.org"
    assert event == first.model_copy(
        update={
            "id": event.id,
            "time": event.time,
            "data": first.data.model_copy(update={"client": client, "practice": practice}),
        }
    )
    assert event.data.appointment.sequence == 0


async def test_request_and_appointment_show_the_new_delivery(approved: Approved) -> None:
    """In step; the To-Do is empty until it fails, and what becomes of the old one is no news."""
    small = approved.small
    await approved.tell(FAILED)
    assert await approved.to_do(small.dana) == [approved.appointment_id]

    await resend(small, await approved.appointment(), actor=small.dana)

    waiting = (await approved.appointment()).notification
    assert waiting is not None
    assert (await approved.request()).notification == waiting
    assert await approved.to_do(small.dana) == []
    assert not await approved.tell(SENT)
    assert await approved.tell(FAILED, event_id=waiting.event_id, minutes=7)
    assert await approved.to_do(small.dana) == [approved.appointment_id]
    assert await approved.actions() == [
        ("email-failed", "the notifier"),
        ("email-resent", "Dana"),
        ("email-failed", "the notifier"),
    ]
    again = await sent_again(approved)
    assert again.id == f"{approved.event_id}:again.2"
    assert await approved.tell(SENT, event_id=again.id, minutes=9)
    assert (await approved.request()).notification == told(SENT, again.id, 9)


@pytest.mark.parametrize("outcome", [SENT, FAILED, SKIPPED])
async def test_whatever_became_of_it_it_can_be_sent_again(
    approved: Approved, outcome: NotificationStatus
) -> None:
    """Clients lose e-mails, too."""
    await approved.tell(outcome)
    assert (await sent_again(approved)).id == f"{approved.event_id}:again.1"


async def test_of_many_clicks_one_sends_it(approved: Approved) -> None:
    """The others are told that it waits; the versions stay for people's edits."""
    small = approved.small
    with pytest.raises(EmailWaiting):
        await resend(small, await approved.appointment())
    await approved.tell(FAILED)
    await approved.handle(small.priya)
    before = await approved.request(), await approved.appointment()

    clicks = await asyncio.gather(
        *(resend(small, before[1]) for _ in range(8)), return_exceptions=True
    )

    assert sum(isinstance(click, Appointment) for click in clicks) == 1, clicks
    assert sum(isinstance(click, EmailWaiting) for click in clicks) == 7, clicks
    assert len(await on_their_way(small)) == 2
    after = await approved.request(), await approved.appointment()
    assert [one.version for one in after] == [one.version for one in before]
    assert after[1].notification is not None
    assert after[1].notification.handled_by is None


async def test_of_an_appointment_that_was_moved_since_the_last_email_counts(
    approved: Approved,
) -> None:
    """The move's is sent again; the request's own, about another time, is left alone."""
    await approved.tell(FAILED)
    moved = await approved.move(start=later(hours=3))
    assert moved.notification is not None
    await approved.tell(FAILED, event_id=moved.notification.event_id)

    event = await sent_again(approved)

    assert isinstance(event, AppointmentChanged)
    assert event.id == f"{moved.notification.event_id}:again.1"
    assert event.data.change is AppointmentChange.MOVED
    assert event.data.notify_client
    assert event.data.appointment.start == later(hours=3)
    assert event.data.previous is not None
    assert event.data.previous.start == START
    assert (await approved.request()).notification == told(FAILED, approved.event_id, 1)


async def test_after_two_weeks_the_client_is_told_of_the_appointment_as_it_is(
    approved: Approved,
) -> None:
    """The first event is not kept any more."""
    small = approved.small
    await approved.tell(FAILED)
    await small.store.database["outbox"].delete_many({})

    event = await sent_again(approved)

    assert isinstance(event, AppointmentChanged)
    assert event.id == f"{approved.event_id}:again.1"
    assert (event.data.change, event.data.previous) == (AppointmentChange.BOOKED, None)
    assert event.data.appointment.start == START
    assert event.data.appointment.sequence == 0
    assert event.data.notify_client
    assert (event.time, event.correlationid) == (NOW + timedelta(minutes=5), CALL)
    assert await approved.tell(SENT, event_id=event.id)
    assert (await approved.request()).notification == told(SENT, event.id, 1)


async def test_a_cancellation_is_told_again(small: SmallPractice) -> None:
    """Kept or not, it is a cancellation, with the raised sequence."""
    gone = (await cancel(small, (await book(small)).appointment)).appointment
    assert gone.notification is not None
    for number in (1, 2):
        approved = Approved(small, gone.id, gone.id)  # nobody asked
        last = (await approved.appointment()).notification
        assert last is not None
        await approved.tell(FAILED, event_id=last.event_id)
        event = await sent_again(approved)
        assert isinstance(event, AppointmentChanged)
        assert event.id == f"{gone.notification.event_id}:again.{number}"
        assert event.data.change is AppointmentChange.CANCELLED
        assert (event.data.appointment.status, event.data.appointment.sequence) == ("cancelled", 1)
        assert event.data.previous is not None
        await small.store.database["outbox"].delete_many({})


async def test_what_staff_changed_without_an_email_is_not_told_by_an_old_one(
    approved: Approved,
) -> None:
    """Sending the approval again would tell a time that is not any more."""
    small = approved.small
    await approved.tell(FAILED)
    await set_emails(small, staff_changes=False)
    assert (await sent_again(approved)).id == f"{approved.event_id}:again.1"
    await approved.tell(FAILED, event_id=f"{approved.event_id}:again.1")
    await approved.move(start=later(hours=3))

    with pytest.raises(EmailsNotWanted):
        await resend(small, await approved.appointment())

    await set_emails(small, staff_changes=True)
    event = await sent_again(approved)
    assert isinstance(event, AppointmentChanged)
    assert event.id == f"{approved.event_id}:again.2"
    assert event.data.appointment.start == later(hours=3)
    assert event.data.appointment.sequence == 1


async def test_a_direct_change_is_not_told_again_where_nobody_is_to_hear_of_it(
    small: SmallPractice,
) -> None:
    """Nor was there one to send again where the client was not to be e-mailed at all."""
    booked = (await book(small)).appointment
    assert booked.notification is not None
    await Approved(small, booked.id, booked.id).tell(FAILED, event_id=booked.notification.event_id)
    await set_emails(small, staff_changes=False)
    with pytest.raises(EmailsNotWanted):
        await resend(small, booked)
    unheard = (await book(small, later(hours=2))).appointment
    with pytest.raises(NoEmailToResend):
        await resend(small, unheard)


async def test_of_what_is_over_nobody_is_written(approved: Approved) -> None:
    """To the minute; one that was cancelled is over when it would have begun."""
    small = approved.small
    await approved.tell(FAILED)
    appointment = await approved.appointment()
    with pytest.raises(AppointmentOver):
        await resend(small, appointment, now=appointment.booking.end)
    again = await resend(small, appointment, now=appointment.booking.end - timedelta(minutes=1))
    assert again.notification is not None
    gone = (await cancel(small, appointment)).appointment
    assert gone.notification is not None
    await approved.tell(FAILED, event_id=gone.notification.event_id)
    with pytest.raises(AppointmentOver):
        await resend(small, gone, now=appointment.booking.start)
    await resend(small, gone, now=appointment.booking.start - timedelta(minutes=1))


async def test_who_may_not_see_it_sends_nothing(approved: Approved) -> None:
    """Neither a colleague nor another practice."""
    await approved.tell(FAILED)
    other = await open_practice(approved.small.store)
    for actor in (approved.small.marcus, other.priya):
        with pytest.raises(AppointmentNotFound):
            await resend(approved.small, await approved.appointment(), actor=actor)
    assert len(await on_their_way(approved.small)) == 1


async def test_a_change_at_that_moment_is_read_first(
    approved: Approved, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staff move it, without an e-mail, just after it was read: the old time is not told again."""
    small = approved.small
    await approved.tell(FAILED)
    appointment = await approved.appointment()
    send = small.store.notifications.send_again

    async def after_the_move(*what: object, **how: object) -> object:
        monkeypatch.undo()
        await set_emails(small, staff_changes=False)
        await approved.move(start=later(hours=3))
        await set_emails(small)
        return await send(*what, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(small.store.notifications, "send_again", after_the_move)
    again = await resend(small, appointment)

    assert again.booking.start == later(hours=3)
    events = await on_their_way(small)
    event = events[f"{approved.event_id}:again.1"]
    assert isinstance(event, AppointmentChanged)
    assert event.data.appointment.start == later(hours=3)
    history = await appointment_history(small.store, small.priya, appointment.id)
    assert [one.action for one in history].count("email-resent") == 1
