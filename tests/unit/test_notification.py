"""The e-mail that waits when one is sent again."""

from datetime import timedelta

import pytest

from services.scheduler.domain.notification import Notification, NotificationStatus
from tests.unit.builders import NOW

LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("event_id", "expected"),
    [
        ("a:approved", "a:approved:again.1"),
        ("a:approved:again.1", "a:approved:again.2"),
        ("a:3:changed:again.9", "a:3:changed:again.10"),
        ("a:declined:again.12", "a:declined:again.13"),
        ("a:again.b", "a:again.b:again.1"),
    ],
)
def test_each_delivery_has_a_number_of_its_own(event_id: str, expected: str) -> None:
    """It rises; what the event was of stays before it. Who saw to the last is not on the next."""
    failed = Notification(event_id, NotificationStatus.FAILED, NOW, "given-up", "Priya")
    assert failed.again(LATER) == Notification(expected, NotificationStatus.WAITING, LATER)


@pytest.mark.parametrize("status", NotificationStatus)
def test_only_what_is_known_of_an_email_replaces_what_was(status: NotificationStatus) -> None:
    """Nothing replaces itself, and nothing an e-mail that was sent."""
    assert status not in status.replaces
    assert NotificationStatus.SENT not in status.replaces
