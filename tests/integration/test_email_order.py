"""The e-mails about one appointment leave in the order of its changes, or not at all (ADR 0018)."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from aio_pika.abc import AbstractRobustChannel

from shared.messaging.topology import Topology
from shared.schemas.appointment_changed import AppointmentChange, AppointmentChanged
from shared.schemas.notification_sent import NotificationSent
from shared.schemas.notification_skipped import NotificationSkipped, SkipReason
from tests.harness.approvals import approval, direct_change
from tests.harness.notifier import Notifier, Setting, next_outcome, running
from tests.harness.polling import eventually
from tests.harness.queues import empty_queues
from tests.harness.servers import Servers
from tests.harness.smtp_script import ScriptedSmtp

TOPOLOGY = Topology.with_delays((1, 1, 1, 1))
MOVED = AppointmentChange.MOVED


@pytest.fixture
async def channel(vhost_url: str) -> AsyncIterator[AbstractRobustChannel]:
    """A channel of the test's own, on queues that are declared and empty."""
    queues = TOPOLOGY.notifier_approvals, TOPOLOGY.scheduler_notifications
    async with empty_queues(vhost_url, TOPOLOGY, *queues) as channel:
        yield channel


@pytest.fixture
def setting(vhost_url: str, servers: Servers, channel: AbstractRobustChannel) -> Setting:
    """How the notifiers of these tests run."""
    del channel  # its queues
    return Setting(vhost_url, servers.mongodb.url, TOPOLOGY)


@pytest.fixture
async def notifier(setting: Setting) -> AsyncIterator[Notifier]:
    """A running notifier."""
    async with running(setting) as one:
        yield one


def move(appointment_id: UUID, sequence: int) -> AppointmentChanged:
    """Return a move of an appointment."""
    return direct_change(MOVED, appointment_id=appointment_id, sequence=sequence)


async def test_an_older_state_that_comes_late_is_skipped_and_told(
    notifier: Notifier, channel: AbstractRobustChannel
) -> None:
    """The client already knows better; the scheduler hears why, and nobody is to do anything."""
    newer = direct_change(MOVED, sequence=2)
    older = move(newer.data.appointment.appointment_id, 1)
    await notifier.send(newer)
    await notifier.wait_for(newer, "sent")
    await notifier.send(older)

    delivery = await notifier.wait_for(older, "skipped")

    assert (delivery["skipped_for"], delivery["attempts"]) == ("superseded", 0)
    assert len(notifier.smtp.taken) == 1
    notifier.teller.loop.start()
    told = {(await next_outcome(channel, TOPOLOGY)).id for _ in range(2)}
    assert told == {f"{newer.id}:sent", f"{older.id}:skipped"}
    await notifier.send(older)
    last = approval()
    await notifier.send(last)
    assert (await next_outcome(channel, TOPOLOGY)).id == f"{last.id}:sent"


async def test_what_was_skipped_is_told_with_its_ids(
    notifier: Notifier, channel: AbstractRobustChannel
) -> None:
    """Those of the event; an approval's request, too."""
    notifier.teller.loop.start()
    appointment_id = uuid4()
    await notifier.send(move(appointment_id, 1))
    assert isinstance(await next_outcome(channel, TOPOLOGY), NotificationSent)
    await notifier.send(older := approval(appointment_id=appointment_id))

    told = await next_outcome(channel, TOPOLOGY)

    assert isinstance(told, NotificationSkipped)
    assert (told.data.event_id, told.data.reason) == (older.id, SkipReason.SUPERSEDED)
    assert (told.data.appointment_id, told.subject) == (appointment_id, str(appointment_id))
    assert told.data.request_id == older.data.request_id


async def test_a_newer_state_that_failed_still_makes_the_older_one_wrong(
    notifier: Notifier,
) -> None:
    """Staff are told to call; the client must not read of a time that is not so any more."""
    notifier.smtp.answer_data("554 no")
    appointment_id = uuid4()
    await notifier.send(newer := move(appointment_id, 2))
    await notifier.wait_for(newer, "failed")
    await notifier.send(older := move(appointment_id, 1))

    await notifier.wait_for(older, "skipped")

    assert notifier.smtp.taken == []


async def test_a_change_that_nobody_is_emailed_of_makes_the_older_one_wrong(
    notifier: Notifier,
) -> None:
    """The approval waits for its next attempt; meanwhile staff move it, and nobody is e-mailed."""
    notifier.smtp.refuse_recipient("451 later")
    await notifier.send(approved := approval())
    await notifier.wait_for(approved, "claimed")
    quiet = direct_change(
        MOVED, notify_client=False, appointment_id=approved.data.appointment.appointment_id
    )
    await notifier.send(quiet)

    await notifier.wait_for(approved, "skipped")

    assert notifier.smtp.taken == []


async def test_the_same_state_told_again_is_sent_again(notifier: Notifier) -> None:
    """Staff resend it: another event, of the same sequence, is another e-mail."""
    first = approval()
    again = first.model_copy(update={"id": f"{first.id}:again"})
    for event in (first, again):
        await notifier.send(event)
        await notifier.wait_for(event, "sent")

    assert [len(notifier.about(event)) for event in (first, again)] == [1, 1]


@pytest.mark.parametrize(
    ("change", "start", "end"),
    [
        (AppointmentChange.BOOKED, timedelta(minutes=-50), "skipped"),
        (AppointmentChange.BOOKED, timedelta(minutes=-40), "sent"),  # it takes 45
        (AppointmentChange.MOVED, timedelta(minutes=-50), "skipped"),
        (AppointmentChange.MOVED, timedelta(minutes=5), "sent"),
        # What was cancelled began a day before `start`.
        (AppointmentChange.CANCELLED, timedelta(hours=23, minutes=55), "skipped"),
        (AppointmentChange.CANCELLED, timedelta(hours=24, minutes=5), "sent"),
    ],
)
async def test_what_is_over_is_not_emailed(
    notifier: Notifier, change: AppointmentChange, start: timedelta, end: str
) -> None:
    """After its end; a cancellation after the beginning of what was cancelled."""
    event = direct_change(change, start=datetime.now(UTC) + start)
    await notifier.send(event)

    delivery = await notifier.wait_for(event, end)

    assert delivery.get("skipped_for") == ("over" if end == "skipped" else None)
    assert len(notifier.smtp.taken) == (end == "sent")


async def test_the_newer_waits_while_the_older_is_being_handed_over(
    setting: Setting,
) -> None:
    """Two processes: it could overtake, so it does not begin; that costs it no attempt."""
    async with (
        ScriptedSmtp() as smtp,
        running(setting.with_(smtp=smtp)) as one,
        running(setting.with_(smtp=smtp, database=one.deliveries.database.name)) as other,
    ):
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def hold() -> None:
            begun.set()
            await go_on.wait()

        smtp.on_data = hold
        appointment_id = uuid4()
        await one.send(older := move(appointment_id, 1))
        await asyncio.wait_for(begun.wait(), 10)
        await one.send(newer := move(appointment_id, 2))

        async def was_held() -> bool:
            document = await other.delivery(newer)
            return document is not None and document["reason"] is not None

        await eventually(was_held, "the newer one is held")
        assert smtp.heard["MAIL"] == 1
        go_on.set()
        delivery = await one.wait_for(newer, "sent")

    assert delivery["attempts"] == 1
    assert len(one.about(older)) == len(one.about(newer)) == 1
    assert [one.about(newer), one.about(older)] != [[], []]
    assert [mail["Message-ID"] for mail in smtp.taken] == [
        f"<{event.id.replace(':', '.')}@example.org>" for event in (older, newer)
    ]


async def test_however_changes_arrive_none_leaves_after_a_newer_one(setting: Setting) -> None:
    """Two processes, four changes each of thirty appointments in any order, and a slow server."""
    appointments = [uuid4() for _ in range(30)]
    events = [move(one, sequence) for one in appointments for sequence in range(4)]
    random.Random(5).shuffle(events)  # noqa: S311  the same order each time
    async with (
        ScriptedSmtp() as smtp,
        running(setting.with_(smtp=smtp, prefetch=20)) as one,
        running(setting.with_(smtp=smtp, prefetch=20, database=one.deliveries.database.name)),
    ):
        smtp.answers_after = 0.02
        await asyncio.gather(*(one.send(event) for event in events))

        async def all_ended() -> bool:
            ended = {"state": {"$in": ["sent", "skipped"]}}
            return await one.deliveries.collection.count_documents(ended) == len(events)

        await eventually(all_ended, "all have an end", limit=60)
        skipped = await one.deliveries.collection.count_documents({"state": "skipped"})

    left: dict[str, list[int]] = defaultdict(list)
    for mail in smtp.taken:
        appointment_id, sequence, _ = mail["Message-ID"].strip("<>").split("@")[0].split(".")
        left[appointment_id].append(int(sequence))
    assert all(sequences == sorted(set(sequences)) for sequences in left.values())
    assert all(sequences[-1] == 3 for sequences in left.values())
    assert len(left) == len(appointments)
    assert len(smtp.taken) + skipped == len(events)
