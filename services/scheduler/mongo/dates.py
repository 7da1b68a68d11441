"""Calendar dates as BSON keeps them: midnight UTC."""

from datetime import UTC, date, datetime


def to_bson(value: date) -> datetime:
    """Return midnight UTC of a date."""
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def from_bson(value: datetime) -> date:
    """Return the date."""
    return value.date()
