"""Times that no clock ever shows: in the hour that is skipped when clocks go forward."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def is_skipped(as_sent: datetime, zone: str) -> bool:
    """Say whether a time, with its offset as it was sent, falls where that zone's clocks skip.

    2027-03-14T02:30-05:00 is an instant, but nobody in New York ever reads half past two on that
    day: whoever sent it added the offset to a time that a person chose in vain. What was written
    with another zone's offset, such as the practice's, or in UTC, is an instant and no more.
    """
    offset = as_sent.utcoffset()
    if not offset:
        return False  # UTC
    wall, local = as_sent.replace(tzinfo=None), ZoneInfo(zone)
    both = [wall.replace(tzinfo=local, fold=fold) for fold in (0, 1)]
    # In a gap the two are what the clocks are before and after it, and no way leads back.
    shown = {one.astimezone(UTC).astimezone(local).replace(tzinfo=None) for one in both}
    return wall not in shown and offset in {one.utcoffset() for one in both}
