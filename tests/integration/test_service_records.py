"""Services: their lengths, who may change them, and never unread."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.scheduler.domain.people import Service
from services.scheduler.domain.record_refusals import (
    MinutesOutsideRange,
    ServiceNotFound,
)
from services.scheduler.domain.refusals import (
    NotPermitted,
    ServiceUnknown,
    StaleVersion,
)
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.add_record import new_id
from services.scheduler.use_cases.add_service import NewService, add_service
from services.scheduler.use_cases.edit_service import edit_service
from services.scheduler.use_cases.list_services import find_service, list_services
from shared.schemas.vocabulary import Modality
from tests.harness.practice import SmallPractice, approve, open_practice
from tests.harness.racing import outcomes


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice in an empty database."""
    return await open_practice(store)


async def test_a_service_takes_the_catalogues_lengths(small: SmallPractice) -> None:
    """Added once for one key, whatever the repetition says."""
    wanted = NewService(
        id=new_id(small.priya, "service", "a-key"),
        code="90832",
        label="Half an hour",
        appointment_type="Therapy Session",
        modality=Modality.TELEHEALTH,
        location=None,
        active=True,
        lengths={},
    )

    added = await add_service(small.store, small.priya, wanted)
    again = await add_service(small.store, small.priya, replace(wanted, label="Other"))

    service = added.record
    assert (service.minutes, service.fewest_minutes, service.most_minutes) == (30, 16, 37)
    assert (added.repeated, again.repeated) == (False, True)
    assert again.record == service == await find_service(small.store, small.dana, service.id)
    found = await list_services(small.store, small.dana, active=None)
    assert [one.label for one in found] == ["Half an hour", "Session"]
    with pytest.raises(MinutesOutsideRange) as caught:
        await add_service(small.store, small.priya, replace(wanted, lengths={"minutes": 38}))
    assert caught.value.members == {"fewest_minutes": 16, "most_minutes": 37}
    with pytest.raises(NotPermitted):
        await add_service(small.store, small.dana, replace(wanted, id=uuid4(), code="unknown"))


async def test_a_service_is_replaced(small: SmallPractice) -> None:
    """By a practice scheduler of its practice, in the version that was read."""
    wanted = replace(small.session, label="Talk", fewest_minutes=40, most_minutes=50)
    edited = await edit_service(small.store, small.priya, wanted)
    assert edited == replace(wanted, version=2)
    assert await find_service(small.store, small.priya, wanted.id) == edited
    assert await edit_service(small.store, small.priya, edited) == edited
    with pytest.raises(StaleVersion):
        await edit_service(small.store, small.priya, wanted)
    for odd in (
        replace(edited, minutes=51),
        replace(edited, minutes=39),
        replace(edited, fewest_minutes=51),
    ):
        with pytest.raises(MinutesOutsideRange):
            await edit_service(small.store, small.priya, odd)
    with pytest.raises(NotPermitted):
        await edit_service(small.store, small.dana, replace(edited, label="Mine"))
    other = await open_practice(small.store)
    with pytest.raises(ServiceNotFound):
        await edit_service(small.store, other.priya, replace(edited, label="Ours"))
    assert await find_service(small.store, small.priya, wanted.id) == edited


async def test_of_two_who_edit_a_service_at_once_one_reads_again(small: SmallPractice) -> None:
    """Both had read the same."""
    service = small.session
    for _ in range(10):
        found = await outcomes(
            *(
                edit_service(
                    small.store, small.priya, replace(service, label=f"{service.version}{name}")
                )
                for name in "AB"
            )
        )
        assert sum(isinstance(one, StaleVersion) for one in found) == 1, found
        (service,) = [one for one in found if isinstance(one, Service)]


async def test_a_service_not_offered_any_more_is_not_approved(small: SmallPractice) -> None:
    """Who asked for it before is booked for another one."""
    waiting = await small.receive()
    await edit_service(small.store, small.priya, replace(small.session, active=False))

    with pytest.raises(ServiceUnknown):
        await approve(small, waiting)
    assert await list_services(small.store, small.dana, active=True) == []
