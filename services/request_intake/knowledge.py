"""What this process knows of a caller and their practice when somebody submits.

A write is accepted on what is at hand, and waits for no read. Before it is refused, what led there
is asked for anew: it may be old, or of another replica, or about the very request that is repeated.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.request_intake.domain.offered import AtHand, Booked
from services.request_intake.domain.submission import NewAppointment, Submission
from services.request_intake.open_times import RecentOpenTimes
from services.request_intake.policies import Policies
from services.request_intake.reads import Caller, Reads, SchedulerAway
from shared.auth.actors import ClientActor
from shared.portal.answers import MOST_OWN_APPOINTMENTS
from shared.portal.policy import PortalPolicy

_BELIEVED_SECONDS: Final = 60.0
_APPOINTMENTS: Final = "/portal/v1/appointments"
_REQUESTS: Final = "/portal/v1/appointment-requests"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Where it comes from."""

    reads: Reads
    policies: Policies
    open_times: RecentOpenTimes

    def of(self, caller: Caller) -> "CallerKnowledge":
        """Return what is known of one caller."""
        return CallerKnowledge(self, caller)


class CallerKnowledge:
    """What is known of a caller and of the caller's practice."""

    def __init__(self, known: Knowledge, caller: Caller) -> None:
        self._known = known
        self._caller = caller

    def at_hand(self, asked: Submission) -> AtHand:
        """Return what is known without asking anybody."""
        actor = self._caller.actor
        return self._put_together(
            self._known.policies.at_hand(self._caller),
            self._known.open_times.is_open(actor, asked.service_id, asked.clinician_id, asked.start)
            if isinstance(asked, NewAppointment)
            else None,
        )

    async def renewed(self, asked: Submission) -> AtHand:
        """Return the same, asked for now; what cannot be had just now is as it was."""
        reads, caller = self._known.reads, self._caller
        lists = [_APPOINTMENTS, _REQUESTS] if isinstance(caller.actor, ClientActor) else []
        policy, *_ = await asyncio.gather(
            self._known.policies.renewed(caller),
            *(reads.get(path, {}, caller, fresh_seconds=0) for path in lists),
            return_exceptions=True,
        )
        known = self.at_hand(asked)
        if isinstance(policy, PortalPolicy):
            known = replace(known, policy=policy)
        if isinstance(asked, NewAppointment) and known.policy and known.slot_is_open is False:
            known = replace(known, slot_is_open=await self._is_open(asked, known.policy))
        return known

    async def has_request(self, request_id: UUID) -> bool:
        """Say whether that request of the caller's is with the scheduler already."""
        try:
            answer = await self._known.reads.get(
                f"{_REQUESTS}/{request_id}", {}, self._caller, fresh_seconds=0
            )
        except SchedulerAway:
            return False
        return answer.is_ok

    async def _is_open(self, asked: NewAppointment, policy: PortalPolicy) -> bool | None:
        params = {
            "service_id": str(asked.service_id),
            "from": asked.start.isoformat(),
            "until": (asked.start + timedelta(minutes=1)).isoformat(),
        }
        if asked.clinician_id is not None:
            params["clinician_id"] = str(asked.clinician_id)
        try:
            answer = await self._known.reads.get(
                f"/portal/v1/practices/{policy.slug}/availability",
                params,
                self._caller,
                fresh_seconds=0,
            )
        except SchedulerAway:
            return False
        return bool(json.loads(answer.body)["slots"]) if answer.is_ok else None

    def _put_together(self, policy: PortalPolicy | None, slot_is_open: bool | None) -> AtHand:
        if not isinstance(self._caller.actor, ClientActor):
            # The portal asks for many: how many of theirs wait says nothing of one.
            return AtHand(policy, None, None, slot_is_open)
        appointments, requests = (
            self._known.reads.at_hand(path, self._caller.actor, at_most_seconds=_BELIEVED_SECONDS)
            for path in (_APPOINTMENTS, _REQUESTS)
        )
        return AtHand(
            policy,
            None if appointments is None else _booked(appointments),
            None if requests is None else _count_pending(requests),
            slot_is_open,
        )


def _booked(body: bytes) -> Mapping[UUID, Booked] | None:
    items = json.loads(body)["items"]
    if len(items) == MOST_OWN_APPOINTMENTS:
        return None  # there may be more
    return {
        UUID(item["id"]): Booked(
            start=datetime.fromisoformat(item["start"]),
            service_id=UUID(item["service_id"]),
            clinician_id=UUID(item["clinician_id"]),
        )
        for item in items
    }


def _count_pending(body: bytes) -> int:
    return sum(item["status"] == "pending" for item in json.loads(body)["items"])
