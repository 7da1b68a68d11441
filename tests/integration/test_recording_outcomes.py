"""What became of e-mails, on the request and the appointment, and in the history."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.notification import NotificationStatus
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.read_history import appointment_history, request_history
from shared.mongo import Session
from tests.harness.outcomes import FAILED, REFUSED, SENT, SKIPPED, Approved, approve_one, told
from tests.harness.practice import NOW, later, open_practice


@pytest.fixture
async def approved(store: Store) -> Approved:
    """A request of Amara's that was approved; its e-mail waits."""
    return await approve_one(await open_practice(store))


async def test_an_outcome_is_noted_on_the_request_and_on_the_appointment(
    approved: Approved,
) -> None:
    """With its time and reason, and in the history; the version stays for people's edits."""
    before = await approved.request(), await approved.appointment()

    assert await approved.tell(FAILED)

    request, appointment = await approved.request(), await approved.appointment()
    assert request.notification == appointment.notification == told(FAILED, approved.event_id, 1)
    assert (request.version, appointment.version) == tuple(one.version for one in before)
    assert await approved.actions() == [("email-failed", "the notifier")]
    entry = (await request_history(approved.small.store, approved.small.priya, request.id))[-1]
    assert entry.id == f"{approved.event_id}:email-failed"
    assert entry.at == NOW + timedelta(minutes=1)
    assert entry.before == {"email": "waiting"}
    assert entry.after == {"email": "failed", "reason": REFUSED, "smtp_code": 550}


@pytest.mark.parametrize(
    ("outcomes", "stands"),
    [
        ([SENT, SENT], (SENT, 0)),
        ([FAILED, FAILED], (FAILED, 0)),
        ([FAILED, SENT], (SENT, 1)),
        ([SENT, FAILED], (SENT, 0)),
        ([FAILED, SENT, FAILED, SENT], (SENT, 1)),
        ([SKIPPED, SKIPPED], (SKIPPED, 0)),
        ([SKIPPED, FAILED], (SKIPPED, 0)),
        ([FAILED, SKIPPED], (SKIPPED, 1)),
        ([SKIPPED, SENT], (SENT, 1)),
        ([SENT, SKIPPED], (SENT, 0)),
        ([FAILED, SKIPPED, SENT], (SENT, 2)),
        ([SKIPPED, SENT, FAILED], (SENT, 1)),
    ],
    ids=lambda value: ",".join(str(part) for part in value),
)
async def test_outcomes_in_any_order(
    approved: Approved, outcomes: list[NotificationStatus], stands: tuple[NotificationStatus, int]
) -> None:
    """Sent wins, then skipped, whenever they come; a repetition changes not even the time."""
    status, index = stands
    for number, outcome in enumerate(outcomes):
        changed = await approved.tell(outcome, minutes=number)
        assert changed is (number <= index)

    expected = told(status, approved.event_id, index)
    assert (await approved.request()).notification == expected
    assert (await approved.appointment()).notification == expected
    kept = [(f"email-{outcome.value}", "the notifier") for outcome in outcomes[: index + 1]]
    assert await approved.actions() == kept


async def test_many_tell_the_same_at_once(approved: Approved) -> None:
    """Sixteen deliveries of two outcomes: one entry each at most, and sent stands."""
    outcomes = [FAILED, SENT] * 8

    changed = await asyncio.gather(*(approved.tell(outcome) for outcome in outcomes))

    assert changed.count(True) in (1, 2)
    notification = (await approved.appointment()).notification
    assert notification == told(SENT, approved.event_id, 1)
    actions = await approved.actions()
    assert len(actions) == changed.count(True)
    assert ("email-sent", "the notifier") in actions


async def test_an_outcome_of_an_older_email_leaves_the_newer_alone(approved: Approved) -> None:
    """Staff moved it meanwhile: the appointment waits for its new e-mail; the request is told."""
    moved = await approved.move(start=later(hours=3))
    assert moved.notification is not None

    assert await approved.tell(FAILED)

    assert (await approved.appointment()).notification == moved.notification
    assert (await approved.request()).notification == told(FAILED, approved.event_id, 1)
    assert await approved.to_do(approved.small.priya) == []
    again = await approved.move(start=later(hours=6))
    assert not await approved.tell(FAILED, event_id=moved.notification.event_id)
    assert (await approved.appointment()).notification == again.notification


async def test_the_outcome_of_a_direct_change_is_noted_on_the_appointment(
    approved: Approved,
) -> None:
    """The request's own e-mail is another one."""
    moved = await approved.move(start=later(hours=3))
    assert moved.notification is not None
    event_id = moved.notification.event_id

    assert await approved.tell(FAILED, event_id=event_id)

    assert (await approved.appointment()).notification == told(FAILED, event_id, 1)
    waiting = (await approved.request()).notification
    assert waiting is not None
    assert waiting.status is NotificationStatus.WAITING
    store, priya = approved.small.store, approved.small.priya
    history = await appointment_history(store, priya, approved.appointment_id)
    assert [entry.action for entry in history] == ["approved", "moved", "email-failed"]


async def test_what_staff_change_meanwhile_does_not_undo_an_outcome(
    approved: Approved, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An alert is written by somebody who read the appointment before the outcome came."""
    appointments = approved.small.store.appointments
    write = appointments.change

    async def after_the_outcome(before: Appointment, after: Appointment, **others: object) -> bool:
        monkeypatch.undo()
        await approved.tell(SENT)
        return await write(before, after, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(appointments, "change", after_the_outcome)
    await approved.move(alert="Bring the form.")

    appointment = await approved.appointment()
    assert appointment.booking.alert == "Bring the form."
    assert appointment.notification == told(SENT, approved.event_id, 1)


async def test_another_practice_cannot_tell_of_an_email(approved: Approved) -> None:
    """Nor can anybody of an event that there never was."""
    assert not await approved.tell(FAILED, practice_id=uuid4())
    assert not await approved.tell(FAILED, event_id=f"{uuid4()}:approved")

    assert await approved.actions() == []
    assert await approved.to_do(approved.small.priya) == []


async def test_all_of_it_or_nothing(approved: Approved, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the history cannot be written, nothing is, and the next delivery does it all."""

    async def fail(_entry: object, *, session: Session) -> None:
        del session
        raise RuntimeError

    monkeypatch.setattr(approved.small.store.history, "add", fail)
    with pytest.raises(RuntimeError):
        await approved.tell(FAILED)
    monkeypatch.undo()
    assert await approved.to_do(approved.small.priya) == []

    assert await approved.tell(FAILED)
    assert await approved.to_do(approved.small.priya) == [approved.appointment_id]
