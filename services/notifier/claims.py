"""The right to send an e-mail, and what stands against having it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.schemas.notification_failed import FailureReason

LEASE: Final = timedelta(seconds=29)
"""Longer than an SMTP exchange may take, shorter than the first retry delay."""


class Standing(StrEnum):
    """Why an e-mail could not be claimed."""

    DEALT_WITH = "dealt with already"
    BEING_SENT = "being sent"


class Turn(StrEnum):
    """Where an e-mail stands among those about the same appointment."""

    OURS = "ours"
    AFTER_OLDER = "after one that is under way"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one e-mail, until the lease ends and somebody else takes it."""

    event_id: str
    token: UUID


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an e-mail did not go out; `detail` is for operators, and holds no address either."""

    reason: FailureReason
    detail: str
    smtp_code: int | None = None


class ClaimLost(Exception):
    """The lease has ended, or somebody else has claimed the e-mail since, or has sent it."""
