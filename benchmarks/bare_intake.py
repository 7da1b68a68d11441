"""What asking for an appointment costs at the least: the same model, and a confirmed publish.

`python -m benchmarks.bare_intake`, with RABBITMQ_URL and HTTP_PORT. It asks nobody who they are,
holds nothing against any settings, counts and logs nothing.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from uuid import uuid4

import aio_pika
import uvicorn
from fastapi import FastAPI

from services.request_intake.http_api.models import AcceptedOutput, SubmissionInput
from shared.messaging.topology import PORTAL, Topology, declare


def build_app(rabbitmq_url: str) -> FastAPI:
    """Return the application: one route."""
    exchanges: list[aio_pika.abc.AbstractExchange] = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        connection = await aio_pika.connect_robust(rabbitmq_url)
        async with connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            await declare(channel, Topology.with_delays())
            exchanges.append(await channel.get_exchange(PORTAL, ensure=False))
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/appointment-requests", status_code=HTTPStatus.ACCEPTED)
    async def submit(body: SubmissionInput) -> AcceptedOutput:
        identifier = uuid4()
        message = aio_pika.Message(
            body.model_dump_json().encode(),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=identifier.hex,
        )
        await exchanges[0].publish(message, "request.submitted", mandatory=True)
        return AcceptedOutput(id=identifier)

    return app


if __name__ == "__main__":
    uvicorn.run(
        build_app(os.environ["RABBITMQ_URL"]),
        host="127.0.0.1",
        port=int(os.environ["HTTP_PORT"]),
        log_config=None,
        access_log=False,
    )
