"""The address of RabbitMQ with what every connection of ours sets."""

from typing import Final

from yarl import URL

RECONNECT_SECONDS: Final = 1
_HEARTBEAT_SECONDS: Final = 10  # notices a stuck peer after 33 s; 60 takes 183 s (FACTS 14)


def connection_url(url: str, *, name: str) -> str:
    """Return the URL with our heartbeat, and the name that RabbitMQ's own tools show."""
    return str(URL(url).update_query(heartbeat=str(_HEARTBEAT_SECONDS), name=name))
