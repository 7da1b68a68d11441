"""When something is, as a client of a practice is told it."""

from dataclasses import dataclass
from datetime import datetime

from services.notifier.languages import Sentence, Strong, Words
from services.notifier.times import day_and_time, same_wall_clock, zone_in_words


@dataclass(frozen=True, slots=True)
class Clock:
    """The practice's wall clock, beside that of a client who told theirs (IANA zones)."""

    zone: str
    client_zone: str | None
    words: Words

    def tell(self, instant: datetime) -> str:
        """Return the day and time; with the zone's name for who lives by another clock."""
        if self._client_zone_at(instant) is None:
            return day_and_time(instant, self.zone, self.words)
        return str(self.tell_with_zone(instant))

    def tell_with_zone(self, instant: datetime) -> Sentence:
        """Return the day and time, the zone named."""
        return Sentence(
            "%(when)s (%(zone)s)",
            {
                "when": Strong(day_and_time(instant, self.zone, self.words)),
                "zone": zone_in_words(instant, self.zone, self.words),
            },
        )

    def tell_fully(self, instant: datetime) -> tuple[Sentence, ...]:
        """Return the same, and what the client's clock shows then where it is another."""
        client_zone = self._client_zone_at(instant)
        if client_zone is None:
            return (self.tell_with_zone(instant),)
        return (
            self.tell_with_zone(instant),
            self.words.say(
                "That is %(when)s (%(zone)s) where you are.",
                when=day_and_time(instant, client_zone, self.words),
                zone=zone_in_words(instant, client_zone, self.words),
            ),
        )

    def _client_zone_at(self, instant: datetime) -> str | None:
        zone = self.client_zone
        if zone is None or same_wall_clock(instant, self.zone, zone):
            return None
        return zone
