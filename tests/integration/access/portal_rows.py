"""What request intake reads for clients and the portal (`/portal/v1`); staff are turned away."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from tests.integration.access.row import Row, portal_side
from tests.integration.access.world import World

_PORTAL: Final = "/portal/v1"
_PRACTICE: Final = _PORTAL + "/practices/{slug}"


def _slug(world: World) -> Mapping[str, str]:
    return {"slug": world.practice.slug}


def _open_times(world: World) -> Mapping[str, str]:
    return {
        "service_id": str(world.service.id),
        "from": (world.soon - timedelta(days=2)).isoformat(),
        "until": (world.soon + timedelta(days=2)).isoformat(),
    }


PORTAL_ROWS: Final = [
    Row("GET", _PORTAL + "/practice", portal_side(), by_portal=True),
    Row("GET", _PRACTICE, portal_side(), by_portal=True, values=_slug),
    Row(
        "GET",
        _PRACTICE + "/availability",
        portal_side(),
        by_portal=True,
        values=_slug,
        query=_open_times,
    ),
    Row("GET", _PORTAL + "/appointment-requests", portal_side(), by_portal=True, shows=True),
    Row(
        "GET",
        _PORTAL + "/appointment-requests/{request_id}",
        portal_side(other_client=404, portal=404),
        by_portal=True,
        shows=True,
        values=lambda world: {"request_id": str(world.pending_id)},
    ),
    Row("GET", _PORTAL + "/appointments", portal_side(), by_portal=True, shows=True),
]
