"""The practice's own record: who may change it, and never unread."""

from dataclasses import fields
from datetime import date

import pytest

from services.scheduler.domain.email_settings import EmailSettings, EmailTexts
from services.scheduler.domain.people import Closure, Practice, StaffMember
from services.scheduler.domain.record_refusals import (
    DaysReversed,
)
from services.scheduler.domain.refusals import (
    NotPermitted,
    StaleVersion,
)
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.edit_practice import PracticeDetails, edit_practice
from shared.schemas.vocabulary import Language
from tests.harness.practice import NOW, SmallPractice, open_practice
from tests.harness.racing import outcomes


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice in an empty database."""
    return await open_practice(store)


def details(practice: Practice, **changes: object) -> PracticeDetails:
    """Return the practice's details with some changes."""
    as_it_is = {field.name: getattr(practice, field.name) for field in fields(PracticeDetails)}
    return PracticeDetails(**{**as_it_is, **changes})


async def edit(
    small: SmallPractice, version: int, *, actor: StaffMember | None = None, **changes: object
) -> Practice:
    """Edit the practice as it was opened."""
    wanted = details(small.practice, **changes)
    actor = actor or small.priya
    return await edit_practice(small.store, actor, wanted, expected_version=version, now=NOW)


async def test_the_practice_is_replaced(small: SmallPractice) -> None:
    """All that can be edited, with a version more; id and slug stay."""
    closed = Closure(date(2026, 12, 24), date(2026, 12, 26), "Holidays")
    emails = EmailSettings(
        sender_name="The Practice",
        reply_to="answers@example.org",
        language=Language.GERMAN,
        texts=EmailTexts(arrival="Ring twice."),
        staff_changes=False,
        decline_messages=True,
    )
    edited = await edit(
        small,
        1,
        name="Another",
        time_zone="Europe/Lisbon",
        phone="+1 212 555 0199",
        email=None,
        locations=("Room 2",),
        closures=(closed,),
        emails=emails,
    )

    assert edited == await small.store.practices.get(small.practice.id)
    assert (edited.id, edited.slug) == (small.practice.id, small.practice.slug)
    assert (edited.name, edited.closures, edited.version) == ("Another", (closed,), 2)
    assert edited.emails == emails


async def test_a_practice_that_is_so_already_keeps_its_version(small: SmallPractice) -> None:
    """Nothing is written, so nobody's ETag grows old."""
    assert await edit(small, 1) == small.practice


async def test_of_two_who_edit_the_practice_at_once_one_reads_again(small: SmallPractice) -> None:
    """Whoever was slower has not seen what they would overwrite."""
    for version in range(1, 11):
        found = await outcomes(
            edit(small, version, name=f"A{version}"), edit(small, version, name=f"B{version}")
        )
        assert sum(isinstance(one, Practice) for one in found) == 1, found
        assert sum(isinstance(one, StaleVersion) for one in found) == 1, found
    stored = await small.store.practices.get(small.practice.id)
    assert stored is not None
    assert stored.version == 11


async def test_only_a_practice_scheduler_edits_the_practice(small: SmallPractice) -> None:
    """And not with closures that make no sense."""
    with pytest.raises(NotPermitted):
        await edit(small, 1, actor=small.dana, name="Mine")
    with pytest.raises(DaysReversed):
        await edit(small, 1, closures=(Closure(date(2027, 1, 2), date(2027, 1, 1)),))
    assert await small.store.practices.get(small.practice.id) == small.practice
