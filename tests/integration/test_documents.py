"""What is written is read again as it was: each record through the real database."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import (
    AppointmentRequest,
    Decision,
    Edits,
    FollowUp,
    RequestFlag,
)
from services.scheduler.domain.email_settings import EmailSettings, EmailTexts
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import Closure
from services.scheduler.domain.work_schedule import (
    ExceptionKind,
    ScheduleException,
    WeeklyHours,
    WorkSchedule,
)
from services.scheduler.mongo.requests import Received
from services.scheduler.mongo.store import Store
from services.scheduler.mongo.withdrawals import Withdrawal
from shared.mongo import Session
from shared.schemas.vocabulary import Language, Modality, RequestStatus
from tests.harness.practice import NOW, START, SmallPractice
from tests.harness.staff_day import withdrawal_of
from tests.unit.builders import PRACTICE_ID, PRIYA, appointment, asked, pending_request

FAILED = Notification("an-event", NotificationStatus.FAILED, NOW, "address refused", "Priya")
FULL = Edits(
    start=START,
    minutes=50,
    clinician_id=uuid4(),
    service_id=uuid4(),
    service_code="90834",
    appointment_type="Review",
    modality=Modality.TELEHEALTH,
    location="Garden room",
    alert="Form.",
    client_id=uuid4(),
)
DECISION = Decision(
    RequestStatus.DECLINED, PRIYA.id, "Priya", NOW, FULL, "On leave.", uuid4(), "We are full."
)


@pytest.mark.parametrize(
    "request_",
    [
        pending_request(),
        pending_request(
            asked=asked(start=None, minutes=None, appointment_id=uuid4(), original_start=START),
            flags=frozenset(RequestFlag),
        ),
        pending_request(
            status=RequestStatus.DECLINED,
            version=7,
            decision=DECISION,
            follow_up=FollowUp(done=True, by_name="Dana", at=NOW),
            notification=FAILED,
        ),
        pending_request(
            requester=replace(
                pending_request().requester,
                client_id=None,
                is_new=True,
                email=None,
                phone=None,
                birth_date=None,
                time_zone="Europe/Berlin",
                language=Language.SPANISH,
            ),
            decision=replace(
                DECISION, by_staff_id=None, edits=Edits(), appointment_id=None, message=None
            ),
            follow_up=FollowUp(),
        ),
    ],
)
async def test_a_request_is_read_as_it_was_written(
    store: Store, request_: AppointmentRequest
) -> None:
    """Waiting, declined and told, of a new client, with all flags."""
    assert await store.requests.insert_many([Received(request_, frozenset(), "f")]) == []
    assert await store.requests.get(PRIYA, request_.id) == request_


async def test_an_appointment_is_read_as_it_was_written(store: Store) -> None:
    """With and without an e-mail; cancelled ones too."""
    for number, notification in enumerate((None, FAILED, replace(FAILED, reason=None))):
        one = replace(appointment(alert="Form."), id=uuid4(), notification=notification)
        written = one.cancel(NOW + timedelta(seconds=number)) if number else one

        async def add(session: Session, one: Appointment = written) -> None:
            await store.appointments.add(one, request_id=None, visible=set(), session=session)

        await store.transaction(add)
        assert await store.appointments.get(PRIYA, one.id) == written


async def test_the_records_of_a_practice_are_read_as_they_were_written(
    small: SmallPractice,
) -> None:
    """The practice with its closures, staff, services, clients, work schedules, withdrawals."""
    store = small.store
    practice = replace(
        small.practice,
        phone=None,
        locations=("12 Harbor Street", "Garden room"),
        closures=(
            Closure(date(2026, 12, 24), date(2027, 1, 1), "Winter"),
            Closure(date(2024, 2, 29), date(2024, 2, 29)),
        ),
        emails=EmailSettings(
            sender_name="Harbor Street",
            reply_to="answers@example.org",
            language=Language.GERMAN,
            texts=EmailTexts("Ring twice.", "A day before.", "Yours"),
            staff_changes=False,
            decline_messages=True,
        ),
        version=3,
    )
    await store.practices.save(practice)
    assert await store.practices.get(practice.id) == practice
    assert await store.practices.get_by_slug(practice.slug) == practice

    gone = replace(small.marcus, active=False, version=2)
    await store.staff.save(gone)
    assert await store.staff.get(practice.id, gone.id) == gone

    service = replace(small.session, fewest_minutes=38, most_minutes=None, active=False, version=9)
    await store.services.save(service)
    assert await store.services.get(practice.id, service.id) == service

    client = replace(
        small.amara,
        birth_date=date(1904, 2, 29),
        assigned_staff_ids=(),
        time_zone="Europe/Berlin",
        language=Language.GERMAN,
        version=4,
    )
    await store.clients.save(client)
    assert await store.clients.get(practice.id, client.id) == client

    schedule = WorkSchedule(
        small.dana.id,
        practice.id,
        weekly=(WeeklyHours(0, time(9, 15), time(0)), WeeklyHours(6, time(0), time(23, 59))),
        exceptions=(
            ScheduleException(ExceptionKind.EXTRA, date(2027, 1, 2), date(2027, 1, 3)),
            ScheduleException(
                ExceptionKind.UNAVAILABLE, date(2027, 2, 1), date(2027, 2, 1), time(0), time(12)
            ),
        ),
        slot_step_minutes=30,
        buffer_minutes=10,
        version=5,
    )
    await store.work_schedules.save(schedule)
    assert await store.work_schedules.get(practice.id, small.dana.id) == schedule
    assert await store.work_schedules.get_many(practice.id, [small.dana.id]) == {
        small.dana.id: schedule
    }
    nobody = await store.work_schedules.get(practice.id, small.marcus.id)
    assert (nobody.is_empty, nobody.version) == (True, 0)

    withdrawal: Withdrawal = withdrawal_of(small, uuid4(), at=datetime(2026, 1, 1, tzinfo=UTC))
    await store.withdrawals.keep(withdrawal)
    assert await store.withdrawals.of_requests([withdrawal.request_id]) == [withdrawal]


async def test_a_practice_is_replaced_only_as_it_was_read(small: SmallPractice) -> None:
    """Who edits what somebody else has edited since writes nothing."""
    store, before = small.store, small.practice
    first, second = replace(before, name="One", version=2), replace(before, name="Two", version=2)

    assert await store.practices.replace(before, first)
    assert not await store.practices.replace(before, second)

    kept = await store.practices.get(before.id)
    assert kept is not None
    assert kept.name == "One"


async def test_records_of_another_practice_are_not_read(small: SmallPractice) -> None:
    """By their own id, with this practice's."""
    store = small.store
    assert await store.staff.get(PRACTICE_ID, small.dana.id) is None
    assert await store.services.get(PRACTICE_ID, small.session.id) is None
    assert await store.clients.get(PRACTICE_ID, small.amara.id) is None
    assert await store.work_schedules.get_many(PRACTICE_ID, [small.dana.id]) == {}
