"""What a practice's portal settings must keep to before they are written."""

from collections import Counter
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from services.scheduler.domain.people import Service, StaffMember
from services.scheduler.domain.portal_refusals import (
    HorizonOutsideRange,
    MostPendingOutsideRange,
    NoticeBeyondHorizon,
    NoticeOutsideRange,
    OfferedClinicianUnknown,
    OfferedServiceUnknown,
    OfferedTwice,
)
from services.scheduler.domain.portal_settings import (
    LONGEST_HORIZON_DAYS,
    MOST_PENDING,
    PortalSettings,
)

_MINUTES_OF_A_DAY: Final = 24 * 60
LONGEST_NOTICE_MINUTES: Final = 60 * _MINUTES_OF_A_DAY


def check_portal_settings(
    wanted: PortalSettings,
    before: PortalSettings,
    services: Iterable[Service],
    staff: Iterable[StaffMember],
) -> None:
    """Check numbers and what is offered; `services` and `staff` are the practice's own.

    What is offered already may stay when it is not active any more: it is not shown to clients, and
    is there again when it is active again.

    Raises:
        NoticeOutsideRange, HorizonOutsideRange, MostPendingOutsideRange, NoticeBeyondHorizon
        OfferedTwice, OfferedServiceUnknown, OfferedClinicianUnknown

    """
    _check_numbers(wanted)
    offered = {offer.service_id for offer in before.services}
    known = {one.id for one in services if one.active or one.id in offered}
    for service_id in _each_once(offer.service_id for offer in wanted.services):
        if service_id not in known:
            raise OfferedServiceUnknown(service_id)
    listed = {offer.staff_id for offer in before.clinicians}
    people = {one.id for one in staff if one.bookable or one.id in listed}
    for staff_id in _each_once(offer.staff_id for offer in wanted.clinicians):
        if staff_id not in people:
            raise OfferedClinicianUnknown(staff_id)


def _check_numbers(wanted: PortalSettings) -> None:
    notices = {
        "scheduling_notice_minutes": wanted.scheduling_notice_minutes,
        "rescheduling_notice_minutes": wanted.rescheduling_notice_minutes,
        "cancelling_notice_minutes": wanted.cancelling_notice_minutes,
    }
    for field, minutes in notices.items():
        if not 0 <= minutes <= LONGEST_NOTICE_MINUTES:
            raise NoticeOutsideRange(field, 0, LONGEST_NOTICE_MINUTES)
    if not 1 <= wanted.horizon_days <= LONGEST_HORIZON_DAYS:
        raise HorizonOutsideRange("horizon_days", 1, LONGEST_HORIZON_DAYS)
    if not 1 <= wanted.most_pending <= MOST_PENDING:
        raise MostPendingOutsideRange("most_pending", 1, MOST_PENDING)
    if wanted.scheduling_notice_minutes >= wanted.horizon_days * _MINUTES_OF_A_DAY:
        raise NoticeBeyondHorizon


def _each_once(ids: Iterable[UUID]) -> tuple[UUID, ...]:
    counted = Counter(ids)
    for identifier, times in counted.items():
        if times > 1:
            raise OfferedTwice(identifier)
    return tuple(counted)
