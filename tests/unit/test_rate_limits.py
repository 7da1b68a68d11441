"""How often somebody may call is counted for each apart, and told honestly."""

from uuid import UUID

from services.request_intake.rate_limits import RateLimits
from shared.auth.actors import ClientActor, ProspectiveClientActor
from tests.unit.builders import CLIENT_ID, PRACTICE_ID

AMARA = ClientActor(PRACTICE_ID, "amara", CLIENT_ID)
KEISHA = ClientActor(PRACTICE_ID, "keisha", UUID(int=77))
PORTAL = ProspectiveClientActor(PRACTICE_ID, "portal")


def test_after_the_last_call_that_is_granted_none_is() -> None:
    """What is left counts down to nothing, and the wait is at most the window."""
    limits = RateLimits(writes=3)
    told = [limits.by_caller(AMARA, writes=True) for _ in range(4)]
    assert [one.is_granted for one in told] == [True, True, True, False]
    assert [one.remaining for one in told] == [2, 1, 0, 0]
    assert all(1 <= one.reset_seconds <= 60 for one in told)
    assert told[0].headers["RateLimit-Limit"] == "3"
    assert told[0].headers["RateLimit-Remaining"] == "2"


def test_reads_writes_callers_and_addresses_are_counted_apart() -> None:
    """Nobody pays for another."""
    limits = RateLimits(reads=1, writes=1, of_address=1)
    assert limits.by_caller(AMARA, writes=True).is_granted
    assert limits.by_caller(AMARA, writes=False).is_granted
    assert limits.by_caller(KEISHA, writes=True).is_granted
    assert limits.by_caller(ClientActor(UUID(int=8), "amara", CLIENT_ID), writes=True).is_granted
    assert limits.by_address("203.0.113.7").is_granted
    assert limits.by_address("203.0.113.8").is_granted
    assert not limits.by_address("203.0.113.7").is_granted
    assert not limits.by_caller(AMARA, writes=True).is_granted


def test_the_portal_asks_for_many() -> None:
    """New clients come under one name, so that name may call more often."""
    limits = RateLimits(writes=1, of_portal=3)
    told = [limits.by_caller(PORTAL, writes=True).is_granted for _ in range(4)]
    assert told == [True, True, True, False]
