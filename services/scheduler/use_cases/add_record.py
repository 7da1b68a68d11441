"""What adding a record to a practice returns, and the id that makes a repetition harmless."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID, uuid4, uuid5

from services.scheduler.domain.people import StaffMember

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Added(Generic[Record]):
    """The record; `repeated` when an earlier call with the same key had added it."""

    record: Record
    repeated: bool = False


def new_id(actor: StaffMember, kind: str, key: str | None) -> UUID:
    """Return the id of a record to be added: the same for the same idempotency key."""
    return uuid4() if key is None else uuid5(actor.id, f"add-{kind}:{key}")
