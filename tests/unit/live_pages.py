"""Members of two practices, what changes for them, and what their pages are told."""

from uuid import UUID, uuid4

from services.scheduler.domain.people import StaffMember
from services.scheduler.live.feed import Feed
from services.scheduler.live.subscription import Quiet, Reset, Subscription
from services.scheduler.mongo.changes import Change, Subject
from shared.auth.actors import Role

HERE, THERE = UUID(int=1), UUID(int=2)


def member(name: str, role: Role = Role.CLINICIAN, practice_id: UUID = HERE) -> StaffMember:
    """Return somebody on a staff."""
    return StaffMember(uuid4(), practice_id, name, f"{name}@example.org", role)


PRIYA = member("priya", Role.PRACTICE_SCHEDULER)


DANA, MARCUS = member("dana"), member("marcus", Role.INTERN)


OLGA = member("olga", Role.PRACTICE_SCHEDULER, THERE)


def at(time: int) -> str:
    """Return the position of a time at which nothing happened."""
    return f"82{time:016X}2B0229296E04"


def change(time: int, *seen_by: StaffMember, practice_id: UUID = HERE) -> Change:
    """Return the change of a request at a time, with a position as the store writes it."""
    identifier = uuid4()
    return Change(
        position=f"82{time:016X}2B022C0100296E5A1004{identifier.hex.upper() * 2}0004",
        subject=Subject.REQUEST,
        id=identifier,
        practice_id=practice_id,
        visible_to=tuple(one.id for one in seen_by),
        status="pending",
        version=1,
        request_type="new",
        is_new=True,
        access_changed=False,
    )


def begun(**limits: int) -> Feed:
    """Return a feed that knows of everything since 100."""
    feed = Feed(**limits)
    feed.begin(at(100), now=at(100))
    return feed


async def heard(page: Subscription) -> list[Change | Reset | Quiet]:
    """Return all that a page can be told now."""
    told = []
    while (one := await page.next(0)) is not None:
        told.append(one)
    return told


async def changes_of(page: Subscription) -> list[Change]:
    """Return the changes among that; there must be no reset."""
    told = await heard(page)
    assert not any(isinstance(one, Reset) for one in told)
    return [one for one in told if isinstance(one, Change)]
