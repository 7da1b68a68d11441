"""Give records of earlier versions what they lack, once.

Fields are only ever added, so that a process of the version before can go on while this runs.
"""

from typing import Any, Final

from services.scheduler.domain.email_settings import AS_USUAL
from services.scheduler.mongo import email_settings
from services.scheduler.mongo.search import searchable
from shared.mongo import Collection, Database

# Collection, the field that says whether a record is of today, and what is set where it is missing.
# Values beginning with "$" are read from the record.
_Added = list[tuple[str, str, dict[str, Any]]]
_ADDED_IN_0_2: Final[_Added] = [
    (
        "practices",
        "version",
        {"version": 1, "locations": [], "closures": [], "emails_staff_changes": True},
    ),
    (
        "staff",
        "version",
        {"version": 1, "active": True, "email_key": {"$toLower": "$email"}},
    ),
    (
        "services",
        "version",
        {"version": 1, "active": True, "fewest_minutes": None, "most_minutes": None},
    ),
    ("clients", "version", {"version": 1, "email_key": {"$toLower": "$email"}}),
    (
        "requests",
        "submitted_by",
        {
            "submitted_by": "",
            "asked.minutes": None,
            "follow_up": None,
            "notification": None,
            "relevant_time": {"$max": ["$relevant_time", "$submitted_at"]},
        },
    ),
    (
        "appointments",
        "version",
        {
            "version": {"$add": ["$sequence", 1]},
            "changed_at": "$$NOW",
            "notification": None,
        },
    ),
]
_ADDED_FOR_PORTAL_ACCESS: Final[_Added] = [
    # Nobody was invited before: who was on record could use the portal, and still can.
    ("clients", "portal_access", {"portal_access": "active", "invitation": None}),
]
_ADDED_FOR_EMAILS: Final[_Added] = [
    ("practices", "emails", {"emails": email_settings.to_fields(AS_USUAL)["emails"]}),
    ("clients", "language", {"language": None}),
]
_NAMED: Final = [("clients", "name", "search"), ("requests", "client.name", "client.search")]

_STEPS: Final[dict[str, _Added]] = {
    "fields-of-0.2": _ADDED_IN_0_2,
    "portal-access": _ADDED_FOR_PORTAL_ACCESS,
    "e-mail-settings": _ADDED_FOR_EMAILS,
}
_RETIRED: Final = {
    "clients": ["practice_id_1_search_words_1"],
    "staff": ["practice_id_1"],
    "services": ["practice_id_1"],
    "requests": [
        "practice_id_1_status_1_relevant_time_1__id_1_submitted_at_1",
        "practice_id_1_visible_to_1_status_1_relevant_time_1__id_1_submitted_at_1",
        "pending_of_client",
    ],
    "appointments": [
        "practice_id_1_clinician_id_1_start_1",
        "practice_id_1_client_id_1_start_1",
    ],
    "history": ["practice_id_1_request_id_1_at_1"],
}


async def fill_in(database: Database) -> None:
    """Add the missing fields, unless that was done; two at once do no harm."""
    for step, added in _STEPS.items():
        done = {"_id": step}
        if await database["migrations"].find_one(done) is not None:
            continue
        for name, field, values in added:
            await database[name].update_many({field: {"$exists": False}}, [{"$set": values}])
        for name, source, target in _NAMED:
            await _make_searchable(database[name], source, target)
        await database["migrations"].update_one(done, {"$set": {"complete": True}}, upsert=True)


async def drop_retired_indexes(database: Database) -> None:
    """Drop the indexes of earlier versions that nothing reads and every write pays for."""
    for name, indexes in _RETIRED.items():
        there = await database[name].index_information()
        for index in indexes:
            if index in there:
                await database[name].drop_index(index)


async def _make_searchable(collection: Collection, source: str, target: str) -> None:
    async for row in collection.find({target: {"$exists": False}}, {source: 1}):
        name: Any = row
        for part in source.split("."):
            name = name[part]
        await collection.update_one({"_id": row["_id"]}, {"$set": {target: searchable(name)}})
