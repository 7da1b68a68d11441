"""Liveness, readiness and metrics.

Live says that this process serves; it stays true while a server we need is away, since restarting
us would not bring it back. Ready says that the next request is likely to succeed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

Check = Callable[[], Awaitable[bool]]


def health_routes(needed: Mapping[str, Check], reported: Mapping[str, Check]) -> APIRouter:
    """Return `/health/live`, `/health/ready` and `/metrics`.

    Ready when every check in `needed` holds; `reported` ones are told beside them.
    """
    router = APIRouter(include_in_schema=False)
    checks = {**reported, **needed}

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/health/ready")
    async def ready() -> Response:
        outcomes = await asyncio.gather(*(check() for check in checks.values()))
        results = dict(zip(checks, outcomes, strict=True))
        is_ready = all(results[name] for name in needed)
        return JSONResponse(
            {"status": "ready" if is_ready else "not-ready", "checks": results},
            status_code=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE,
            headers={"Cache-Control": "no-store"},
        )

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
