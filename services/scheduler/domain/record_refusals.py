"""Why the records of a practice cannot be read or written as asked, each with a stable code."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.scheduler.domain.refusals import Refusal, Resemblance


class StaffNotFound(Refusal):
    """There is no such member of staff in the practice."""

    code = "staff-not-found"
    detail = "There is no such person on the staff of this practice."


class ServiceNotFound(Refusal):
    """There is no such service in the practice."""

    code = "service-not-found"
    detail = "There is no such service in this practice."


class ClientNotFound(Refusal):
    """There is no such client, or the actor may not see them: both look the same (PRODUCT 7)."""

    code = "client-not-found"
    detail = "There is no such client."


class LastPracticeScheduler(Refusal):
    """Nobody would be left who may change staff, so nobody could ever change that."""

    code = "last-practice-scheduler"
    detail = "This is the last active practice scheduler: first make somebody else one."


class StaffEmailTaken(Refusal):
    """Somebody else on the staff has that address, perhaps somebody who has left."""

    code = "staff-email-taken"
    detail = "Somebody on the staff of this practice has that e-mail address already."


class SeesNoClients(Refusal):
    """A practice scheduler has no hours for clients."""

    code = "sees-no-clients"
    detail = "A practice scheduler sees no clients, and has no work schedule."


class HoursEmpty(Refusal):
    """Hours that end before they begin; `weekday` or `first_day` says which."""

    code = "hours-empty"
    detail = "Hours must end after they begin; an end of 00:00 is the end of the day."

    def __init__(self, *, weekday: int | None = None, first_day: date | None = None) -> None:
        super().__init__()
        self.weekday = weekday
        self.first_day = first_day

    @property
    def members(self) -> dict[str, Any]:
        """Where it is."""
        if self.first_day is not None:
            return {"first_day": self.first_day.isoformat()}
        return {"weekday": self.weekday}


class HoursOverlap(Refusal):
    """Two of the weekly hours of one weekday overlap."""

    code = "hours-overlap"
    detail = "Weekly hours of the same weekday overlap: make them one."

    def __init__(self, weekday: int) -> None:
        super().__init__()
        self.weekday = weekday

    @property
    def members(self) -> dict[str, Any]:
        """The weekday; 0 is Monday."""
        return {"weekday": self.weekday}


class DaysReversed(Refusal):
    """An exception or a closure that ends before it begins."""

    code = "days-reversed"
    detail = "`last_day` must not be before `first_day`."

    def __init__(self, first_day: date) -> None:
        super().__init__()
        self.first_day = first_day

    @property
    def members(self) -> dict[str, Any]:
        """Which one it is."""
        return {"first_day": self.first_day.isoformat()}


class DaysTooFar(Refusal):
    """Years ahead, which is a slip of the keyboard."""

    code = "days-too-far"
    detail = "`last_day` is more than three years ahead: choose an earlier one."

    def __init__(self, first_day: date) -> None:
        super().__init__()
        self.first_day = first_day

    @property
    def members(self) -> dict[str, Any]:
        """Which one it is."""
        return {"first_day": self.first_day.isoformat()}


class MinutesNeeded(Refusal):
    """The catalogue does not know the code, and nobody said how long it takes."""

    code = "minutes-needed"
    detail = "This code is not in the catalogue of `/v1/service-codes`: give `minutes`."


class MinutesOutsideRange(Refusal):
    """The service would not allow its own usual length."""

    code = "minutes-outside-range"
    detail = "`minutes` must lie from `fewest_minutes` to `most_minutes`: correct one of them."

    def __init__(self, fewest: int | None, most: int | None) -> None:
        super().__init__()
        self.fewest = fewest
        self.most = most

    @property
    def members(self) -> dict[str, Any]:
        """The range, in minutes; perhaps the catalogue's."""
        return {"fewest_minutes": self.fewest, "most_minutes": self.most}


class ClientLooksKnown(Refusal):
    """Somebody on record has the same address, or the same name and birth date."""

    code = "client-looks-known"
    detail = (
        "The practice may have this client on record already; see `candidates`. Use that record, or"
        " set `create_anyway` when it is somebody else."
    )

    def __init__(self, candidates: Sequence[Resemblance]) -> None:
        super().__init__()
        self.candidates = tuple(candidates)

    @property
    def members(self) -> dict[str, Any]:
        """Who it may be."""
        return {"candidates": [one.as_members() for one in self.candidates]}


class AssignedStaffUnknown(Refusal):
    """Clients are assigned to staff at work in the practice who see clients."""

    code = "assigned-staff-unknown"
    detail = (
        "Somebody in `assigned_staff_ids` is not on the active staff of this practice, or sees no"
        " clients: leave them out."
    )


class BirthDateInFuture(Refusal):
    """Nobody is born tomorrow."""

    code = "birth-date-in-future"
    detail = "The birth date must not be after today."
