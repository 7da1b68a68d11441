"""Collections and indexes; `migrate` may run at any time and again."""

from typing import Any, Final

from pymongo import IndexModel

from services.scheduler.mongo.backfill import drop_retired_indexes, fill_in
from shared.mongo import Database

_PUBLISHED_KEPT_SECONDS: Final = 14 * 24 * 3600
_WAITING: Final = {"state": "waiting"}


def _index(*fields: str, name: str | None = None, **options: Any) -> IndexModel:
    named = {} if name is None else {"name": name}
    return IndexModel([(field, 1) for field in fields], **named, **options)


# Equality, then the order, then what may be looked for beside it: a list reads keys, in order, and
# documents for its page alone. The names are what `request_queries.index_for` says.
_LOOKED_FOR: Final = ("type", "asked.clinician_id", "client.is_new")
_REQUESTED: Final = ("status", "relevant_time", "_id", "submitted_at", *_LOOKED_FOR)
_MADE: Final = ("status", "submitted_at", "_id", "relevant_time", *_LOOKED_FOR)
_CLIENT: Final = (
    "status",
    "client.search.sort",
    "_id",
    "submitted_at",
    "relevant_time",
    *_LOOKED_FOR,
)
_REQUESTS: Final = [
    _index("practice_id", *_REQUESTED, name="by_requested"),
    _index("practice_id", *_MADE, name="by_made"),
    _index("practice_id", *_CLIENT, name="by_client"),
    _index(
        "practice_id",
        "asked.clinician_id",
        "status",
        "relevant_time",
        "_id",
        "submitted_at",
        "type",
        "client.is_new",
        name="by_clinician",
    ),
    _index(
        "practice_id",
        "client.search.beginnings",
        "status",
        "relevant_time",
        "_id",
        "submitted_at",
        name="by_name",
    ),
    _index("practice_id", "visible_to", *_REQUESTED, name="visible_by_requested"),
    _index("practice_id", "visible_to", *_MADE, name="visible_by_made"),
    _index("practice_id", "visible_to", *_CLIENT, name="visible_by_client"),
    _index("practice_id", "client.client_id", "relevant_time", "_id", name="of_client"),
    _index(
        "client.client_id",
        "submitted_at",
        "_id",
        name="waiting_of_client",
        partialFilterExpression={"status": "pending"},
    ),
    _index(
        "practice_id",
        "client.birth_date",
        name="waiting_of_new",
        partialFilterExpression={"status": "pending", "client.is_new": True},
    ),
    _index(
        "practice_id",
        "submitted_by",
        "relevant_time",
        "_id",
        name="of_portal",
        partialFilterExpression={"client.is_new": True},
    ),
    _index(
        "practice_id",
        "asked.appointment_id",
        name="about_appointment",
        partialFilterExpression={"status": "pending"},
    ),
    _index(
        "practice_id",
        "decision.at",
        "_id",
        name="to_follow_up",
        partialFilterExpression={"follow_up.done": False},
    ),
    _index("notification.event_id", name="by_event", sparse=True),
    _index(
        "practice_id",
        "notification.at",
        "_id",
        name="failed_messages",
        partialFilterExpression={
            "status": "declined",
            "notification.status": "failed",
            "notification.handled_by": None,
        },
    ),
]
_APPOINTMENTS: Final = [
    _index("practice_id", "start", "_id"),
    _index("practice_id", "clinician_id", "start", "_id"),
    _index("practice_id", "visible_to", "start", "_id"),
    _index("practice_id", "client_id", "start", "_id"),
    _index("practice_id", "request_ids"),
    _index("notification.event_id", name="by_event", sparse=True),
    _index(
        "practice_id",
        "notification.at",
        "_id",
        name="failed_emails",
        partialFilterExpression={"notification.status": "failed", "notification.handled_by": None},
    ),
]
INDEXES: Final[dict[str, list[IndexModel]]] = {
    "practices": [_index("slug", unique=True)],
    "staff": [
        _index("practice_id", "name"),
        _index("practice_id", "email_key", name="by_email", unique=True),
    ],
    "services": [_index("practice_id", "label")],
    "work_schedules": [_index("practice_id")],
    "clients": [
        _index("practice_id", "search.sort", "_id", name="by_client"),
        _index("practice_id", "search.beginnings", "search.sort", "_id", name="by_name"),
        _index("practice_id", "assigned_staff_ids", "search.sort", "_id", name="visible_by_client"),
        _index("practice_id", "email_key"),
        _index("practice_id", "birth_date"),
        _index(
            "practice_id",
            "invitation.notification.at",
            "_id",
            name="failed_invitations",
            partialFilterExpression={
                "invitation.notification.status": "failed",
                "invitation.notification.handled_by": None,
                "portal_access": "invited",
            },
        ),
    ],
    "requests": _REQUESTS,
    "portal_settings": [_index("is_open")],
    "withdrawals": [_index("request_id")],
    "appointments": _APPOINTMENTS,
    "calendar_days": [_index("practice_id", "clinician_id", "day")],
    "history": [
        _index("practice_id", "request_id", "at", "_id"),
        _index("practice_id", "appointment_id", "at", "_id"),
        _index(
            "practice_id",
            "client_id",
            "at",
            "_id",
            partialFilterExpression={"client_id": {"$exists": True}},
        ),
    ],
    "outbox": [
        _index("leased_until", "created_at", partialFilterExpression=_WAITING),
        _index("created_at", partialFilterExpression=_WAITING),
        IndexModel("published_at", expireAfterSeconds=_PUBLISHED_KEPT_SECONDS),
    ],
    "unsettled": [_index("at")],
    "calendar_feeds": [_index("secret_sha256", unique=True)],
}


async def migrate(database: Database) -> None:
    """Create what is missing; collections too, since a transaction should find them there.

    Records of earlier versions are brought up to date before their indexes are built.
    """
    existing = set(await database.list_collection_names())
    for name in INDEXES:
        if name not in existing:
            await database.create_collection(name)
    await fill_in(database)
    for name, indexes in INDEXES.items():
        await database[name].create_indexes(indexes)
    await drop_retired_indexes(database)
