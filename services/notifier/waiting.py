"""Reasons why an e-mail has to wait although nothing is wrong: its message is held.

None counts as an attempt; the ack policy holds the message as it does while MongoDB is away.
"""

from typing import Final

from shared.mongo import is_outage

CONNECTION_SECONDS: Final = 10.0
LIMIT_SECONDS: Final = 15.0
"""How long an e-mail in hand waits for a connection and then for the limit, before it is held.

Together that is less than its lease, and with an SMTP exchange less than a handler may take.
"""


class NotYet(Exception):
    """Try the message again in a moment."""

    reason = "not yet"


class NoConnectionFree(NotYet):
    """All connections to the mail server are in use."""

    reason = "no connection free"


class RateLimited(NotYet):
    """The provider's limit is used up for the moment."""

    reason = "rate limited"


class OlderUnderWay(NotYet):
    """An e-mail about an older state of the same appointment is being sent."""

    reason = "an older e-mail of the appointment is under way"


class ClaimEnded(NotYet):
    """The wait was longer than the claim."""

    reason = "the claim has ended"


def is_to_be_held(error: BaseException) -> bool:
    """Say whether a message is held for it: a store is away, or its turn is not yet."""
    return isinstance(error, NotYet) or is_outage(error)
