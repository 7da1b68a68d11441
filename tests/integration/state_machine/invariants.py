"""What is true whatever anybody did: asked of what the database holds, without the model."""

from itertools import combinations

from tests.integration.state_machine.records import Appointment, Picture, busy_days

_DECISIONS = ("approved", "declined", "withdrawn")


class Watch:
    """Looks at one picture after the other; what was seen once must not fall back or change."""

    def __init__(self) -> None:
        self._before = Picture()

    def check(self, now: Picture) -> None:
        """Raise AssertionError when something is true that never may be."""
        _no_overlap_without_override(now)
        assert now.busy == busy_days(now.appointments), "day documents are not the appointments"
        _one_decision_each(now)
        _one_event_each(now)
        _each_change_is_in_the_history(now)
        self._nothing_falls_back(now)
        self._before = now

    def _nothing_falls_back(self, now: Picture) -> None:
        before = self._before
        for name, one in before.appointments.items():
            later = now.appointments[name]
            assert one.version <= later.version, f"the version of {name} fell"
            assert one.sequence <= later.sequence, f"the sequence of {name} fell"
            assert one.booked or not later.booked, f"{name} is booked again"
        for name, request in before.requests.items():
            assert request.version <= now.requests[name].version, f"the version of {name} fell"
            assert request.status in ("pending", now.requests[name].status), f"{name} redecided"
        assert before.history.items() <= now.history.items(), "history is only added to"
        assert before.outbox.items() <= now.outbox.items(), "the outbox is only added to"


def _no_overlap_without_override(now: Picture) -> None:
    booked = [(name, one) for name, one in now.appointments.items() if one.booked]
    for (name, one), (other_name, other) in combinations(booked, 2):
        if one.slot.clinician == other.slot.clinician and one.slot.meets(other.slot):
            noted = _notes_overlap(now, name, other_name, other) or _notes_overlap(
                now, other_name, name, one
            )
            assert noted, f"{name} and {other_name} overlap, and nobody allowed it"


def _notes_overlap(now: Picture, name: str, other_name: str, other: Appointment) -> bool:
    """Say whether the history of one tells of the other; nameless when it was not theirs to see."""
    return any(
        clash.appointment == other_name
        or (clash.appointment is None and other.slot.start <= clash.start < other.slot.end)
        for done in now.history.values()
        if done.appointment == name
        for clash in done.overlaps
    )


def _one_decision_each(now: Picture) -> None:
    for name, request in now.requests.items():
        taken = [
            done.action
            for done in now.history.values()
            if done.request == name and done.action in _DECISIONS
        ]
        right = [] if request.status == "pending" else [request.status]
        assert taken == right, f"{name} is {request.status}, and its history says {taken}"


def _one_event_each(now: Picture) -> None:
    for status in ("approved", "declined"):
        decided = {f"{name}:{status}" for name, one in now.requests.items() if one.status == status}
        told = {name for name, row in now.outbox.items() if row.event == f"request.{status}"}
        assert told == decided, f"events of what was {status}: {told}, not {decided}"
    changes = [name for name, row in now.outbox.items() if row.event == "appointment.changed"]
    for name, one in now.appointments.items():
        # A booking is sequence 0 and each change that is told raises it; approvals tell otherwise.
        direct = {change for change in changes if change.startswith(f"{name}:")}
        approved = {
            row.sequence for request in one.requests for row in [now.outbox[f"{request}:approved"]]
        }
        rest = {f"{name}:{number}:changed" for number in range(one.sequence + 1)}
        told_by_approval = {f"{name}:{number}:changed" for number in approved}
        assert rest - told_by_approval <= direct <= rest, f"{name} was told as {direct}"


def _each_change_is_in_the_history(now: Picture) -> None:
    for name, one in now.appointments.items():
        changes = sum(done.appointment == name for done in now.history.values())
        assert one.version == changes, f"{name} was changed {one.version} times, noted {changes}"
