"""Collections and indexes; `migrate` may run at any time and again."""

from typing import Final

from pymongo import ASCENDING, IndexModel

from shared.mongo import Database

_PUBLISHED_KEPT_SECONDS: Final = 14 * 24 * 3600
_WAITING: Final = {"state": "waiting"}

INDEXES: Final[dict[str, list[IndexModel]]] = {
    "practices": [IndexModel("slug", unique=True)],
    "staff": [IndexModel("practice_id")],
    "services": [IndexModel("practice_id")],
    "clients": [IndexModel([("practice_id", ASCENDING), ("search_words", ASCENDING)])],
    # The list, for a practice scheduler and for everybody else: equality, sort, then range.
    "requests": [
        IndexModel(
            [
                ("practice_id", ASCENDING),
                ("status", ASCENDING),
                ("relevant_time", ASCENDING),
                ("_id", ASCENDING),
                ("submitted_at", ASCENDING),
            ]
        ),
        IndexModel(
            [
                ("practice_id", ASCENDING),
                ("visible_to", ASCENDING),
                ("status", ASCENDING),
                ("relevant_time", ASCENDING),
                ("_id", ASCENDING),
                ("submitted_at", ASCENDING),
            ]
        ),
    ],
    "appointments": [
        IndexModel([("practice_id", ASCENDING), ("clinician_id", ASCENDING), ("start", ASCENDING)]),
        IndexModel([("practice_id", ASCENDING), ("client_id", ASCENDING), ("start", ASCENDING)]),
        IndexModel([("practice_id", ASCENDING), ("request_ids", ASCENDING)]),
    ],
    "calendar_days": [
        IndexModel([("practice_id", ASCENDING), ("clinician_id", ASCENDING), ("day", ASCENDING)])
    ],
    "history": [
        IndexModel([("practice_id", ASCENDING), ("request_id", ASCENDING), ("at", ASCENDING)])
    ],
    "outbox": [
        IndexModel(
            [("leased_until", ASCENDING), ("created_at", ASCENDING)],
            partialFilterExpression=_WAITING,
        ),
        IndexModel([("created_at", ASCENDING)], partialFilterExpression=_WAITING),
        IndexModel("published_at", expireAfterSeconds=_PUBLISHED_KEPT_SECONDS),
    ],
}


async def migrate(database: Database) -> None:
    """Create what is missing; collections too, since a transaction should find them there."""
    existing = set(await database.list_collection_names())
    for name, indexes in INDEXES.items():
        if name not in existing:
            await database.create_collection(name)
        await database[name].create_indexes(indexes)
