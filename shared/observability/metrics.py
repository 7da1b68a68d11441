"""The figures we keep; labels are names of ours, never ids or anything a person typed."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS: Final = Counter(
    "openchair_http_requests_total", "HTTP requests answered", ("method", "route", "status")
)
REQUEST_SECONDS: Final = Histogram(
    "openchair_http_request_seconds", "Time to answer", ("method", "route"), buckets=_SECONDS
)
PUBLISHED: Final = Counter(
    "openchair_messages_published_total", "Messages published", ("routing_key", "outcome")
)
HANDLED: Final = Counter(
    "openchair_messages_handled_total", "Messages settled", ("queue", "outcome")
)
HANDLING_SECONDS: Final = Histogram(
    "openchair_message_handling_seconds", "Time to settle", ("queue",), buckets=_SECONDS
)
OUTBOX_OLDEST_SECONDS: Final = Gauge(
    "openchair_outbox_oldest_seconds", "Age of the oldest event not published yet"
)
DECISIONS: Final = Counter(
    "openchair_decisions_total", "Decisions taken", ("request_type", "decision")
)
EMAILS: Final = Counter("openchair_emails_total", "E-mails by outcome", ("outcome",))
EMAIL_WAIT_SECONDS: Final = Histogram(
    "openchair_email_wait_seconds",
    "Time an e-mail waited for a connection, or for the provider's limit",
    ("awaited",),
    buckets=_SECONDS,
)
SMTP_CONNECTIONS: Final = Gauge(
    "openchair_smtp_connections", "Connections to the mail server", ("state",)
)
SMTP_OPENED: Final = Counter(
    "openchair_smtp_connections_opened_total", "Connections opened, and why", ("reason",)
)
LOOP_TURN: Final = Gauge(
    "openchair_loop_last_turn_timestamp_seconds",
    "When a background loop last went round",
    ("loop",),
)
LIVE_STREAMS: Final = Gauge("openchair_live_streams", "Open streams of live updates")
