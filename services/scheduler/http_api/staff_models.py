"""Staff and their work schedules as the API takes and gives them."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.work_schedule import (
    ExceptionKind,
    ScheduleException,
    WeeklyHours,
    WorkSchedule,
)
from services.scheduler.http_api.inputs import Input
from shared.auth.actors import Role
from shared.schemas.fields import CalendarDate, EmailAddress, PersonName, WallTime


class NewStaffInput(Input):
    """Somebody to add to the staff."""

    name: PersonName
    email: EmailAddress
    role: Role
    active: bool = Field(default=True, strict=True)

    def to_domain(self, identifier: UUID, practice_id: UUID, version: int = 1) -> StaffMember:
        """Return the record, made from that version of it."""
        return StaffMember(
            id=identifier,
            practice_id=practice_id,
            name=self.name,
            email=self.email,
            role=self.role,
            active=self.active,
            version=version,
        )


class StaffInput(NewStaffInput):
    """A member of staff, whole; who is not `active` cannot sign in and is not booked any more."""

    active: bool = Field(strict=True)


class StaffOutput(BaseModel):
    """A member of staff. `version` is its ETag."""

    id: UUID
    name: str
    email: str
    role: Role
    active: bool
    sees_clients: bool
    version: int

    @classmethod
    def of(cls, member: StaffMember) -> Self:
        """Return the output for a member of staff."""
        return cls(
            id=member.id,
            name=member.name,
            email=member.email,
            role=member.role,
            active=member.active,
            sees_clients=member.bookable,
            version=member.version,
        )


class StaffList(BaseModel):
    """Everybody, by name."""

    items: list[StaffOutput]


class WeeklyHoursModel(Input):
    """Hours of one weekday, in the practice's time zone."""

    model_config = ConfigDict(from_attributes=True)

    weekday: Annotated[int, Field(ge=0, le=6, strict=True, description="0 is Monday.")]
    start: WallTime
    end: WallTime = Field(description="00:00 is the end of the day.")


class ScheduleExceptionModel(Input):
    """Days, both included, on which it is otherwise: all day, or the hours from start to end."""

    model_config = ConfigDict(from_attributes=True)

    kind: ExceptionKind
    first_day: CalendarDate
    last_day: CalendarDate
    start: WallTime | None = Field(default=None, description="By default when the day begins.")
    end: WallTime | None = Field(default=None, description="By default when the day ends.")


class WorkScheduleInput(Input):
    """A work schedule, whole."""

    weekly: Annotated[list[WeeklyHoursModel], Field(max_length=70)]
    exceptions: Annotated[list[ScheduleExceptionModel], Field(max_length=400)]
    slot_step_minutes: Annotated[int, Field(ge=5, le=240, strict=True)]
    buffer_minutes: Annotated[int, Field(ge=0, le=240, strict=True)]

    def to_domain(self, staff_id: UUID, practice_id: UUID, version: int) -> WorkSchedule:
        """Return the schedule, made from that version of it; hours and exceptions in order."""
        weekly = [WeeklyHours(hours.weekday, hours.start, hours.end) for hours in self.weekly]
        exceptions = [
            ScheduleException(one.kind, one.first_day, one.last_day, one.start, one.end)
            for one in self.exceptions
        ]
        return WorkSchedule(
            staff_id=staff_id,
            practice_id=practice_id,
            weekly=tuple(sorted(weekly, key=lambda hours: (hours.weekday, hours.start))),
            exceptions=tuple(sorted(exceptions, key=lambda one: (one.first_day, one.last_day))),
            slot_step_minutes=self.slot_step_minutes,
            buffer_minutes=self.buffer_minutes,
            version=version,
        )


class WorkScheduleOutput(BaseModel):
    """When somebody works. `version` is its ETag; 0 is that there is none yet."""

    staff_id: UUID
    weekly: list[WeeklyHoursModel]
    exceptions: list[ScheduleExceptionModel]
    slot_step_minutes: int
    buffer_minutes: int
    version: int

    @classmethod
    def of(cls, schedule: WorkSchedule) -> Self:
        """Return the output for a schedule."""
        return cls(
            staff_id=schedule.staff_id,
            weekly=[WeeklyHoursModel.model_validate(hours) for hours in schedule.weekly],
            exceptions=[
                ScheduleExceptionModel.model_validate(exception)
                for exception in schedule.exceptions
            ],
            slot_step_minutes=schedule.slot_step_minutes,
            buffer_minutes=schedule.buffer_minutes,
            version=schedule.version,
        )
