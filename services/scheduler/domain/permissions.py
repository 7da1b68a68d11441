"""What each role may do beside reading (PRODUCT 7); who may see what is `mongo.access`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import NotPermitted
from shared.auth.actors import Role


class Permission(StrEnum):
    """Stable names; the pages show what one may do, and the use cases ask for it."""

    DECIDE_REQUESTS = "decide-requests"
    CHANGE_CALENDAR = "change-calendar"
    EDIT_PRACTICE = "edit-practice"
    EDIT_STAFF = "edit-staff"
    EDIT_SERVICES = "edit-services"
    EDIT_CLIENTS = "edit-clients"
    EDIT_OWN_WORK_SCHEDULE = "edit-own-work-schedule"
    EDIT_WORK_SCHEDULES = "edit-work-schedules"
    EDIT_PORTAL_SETTINGS = "edit-portal-settings"
    INVITE_CLIENTS = "invite-clients"


_DAILY: Final = frozenset({Permission.DECIDE_REQUESTS, Permission.CHANGE_CALENDAR})
_OF_ROLE: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.PRACTICE_SCHEDULER: _DAILY
    | {
        Permission.EDIT_PRACTICE,
        Permission.EDIT_STAFF,
        Permission.EDIT_SERVICES,
        Permission.EDIT_CLIENTS,
        Permission.EDIT_WORK_SCHEDULES,
        Permission.EDIT_PORTAL_SETTINGS,
        Permission.INVITE_CLIENTS,
    },
    Role.CLINICIAN: _DAILY | {Permission.EDIT_OWN_WORK_SCHEDULE},
    Role.INTERN: _DAILY,
}


def permissions_of(member: StaffMember) -> frozenset[Permission]:
    """Return what the member's role includes."""
    return _OF_ROLE[member.role]


def require_permission(actor: StaffMember, permission: Permission) -> None:
    """Refuse what the actor's role does not include; raises NotPermitted."""
    if permission not in permissions_of(actor):
        raise NotPermitted


def require_schedule_of(actor: StaffMember, member: StaffMember) -> None:
    """Refuse to change that member's work schedule; raises NotPermitted."""
    enough = {Permission.EDIT_WORK_SCHEDULES}
    if actor.id == member.id:
        enough.add(Permission.EDIT_OWN_WORK_SCHEDULE)
    if enough.isdisjoint(permissions_of(actor)):
        raise NotPermitted
