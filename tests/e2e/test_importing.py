"""A practice's clients and calendar come in by the command, and staff find them in the API."""

import asyncio
import os
import sys
from datetime import UTC, datetime

from demo_practice.people import PRACTICE
from services.scheduler.mongo.store import Store
from shared import mongo
from tests.harness.importing import (
    APPOINTMENTS_HEADER,
    CLIENTS_HEADER,
    appointment_line,
    client_line,
)
from tests.harness.system import System


async def run(system: System, kind: str, *lines: str) -> tuple[int, str]:
    """Run the command as a process that reads a pipe; return its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "import", kind, "-", "--practice", PRACTICE.slug),
        env={**os.environ, "MONGODB_URL": system.servers.mongodb.url},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, _err = await process.communicate("\n".join(lines).encode())
    return process.returncode or 0, out.decode()


async def test_what_is_imported_is_there_for_staff_and_no_news_to_clients(
    system: System,
) -> None:
    """Seven years ago, so that no other test meets it; imported twice, there once, no event."""
    client = client_line("E2E-1", name="Imke Imported", assigned="ines@example.org")
    appointment = appointment_line(
        "E2E-V1", "E2E-1", "2019-05-04 20:30", clinician="ines@example.org", service="90837"
    )
    for printed in ("imported: 1\n", "imported: 0\n"):
        code, out = await run(system, "clients", CLIENTS_HEADER, client)
        assert (code, out.startswith(printed)) == (0, True), out
        code, out = await run(system, "appointments", APPOINTMENTS_HEADER, appointment)
        assert (code, out.startswith(printed)) == (0, True), out

    seen = {}
    for person in ("priya", "ines", "marcus"):
        answer = await system.scheduler.get(
            "/v1/appointments",
            headers=system.headers(person),
            params={"from": "2019-05-01T00:00:00Z", "until": "2019-06-01T00:00:00Z"},
        )
        seen[person] = answer.raise_for_status().json()["items"]
    assert seen["marcus"] == []
    assert seen["priya"] == seen["ines"]
    (item,) = seen["ines"]
    assert item["client"]["name"] == "Imke Imported"
    assert datetime.fromisoformat(item["start"]) == datetime(2019, 5, 5, 0, 30, tzinfo=UTC)
    assert (item["minutes"], item["email"]) == (60, None)

    history = await system.scheduler.get(
        f"/v1/appointments/{item['id']}/history", headers=system.headers("ines")
    )
    assert [(one["action"], one["by"]) for one in history.json()["items"]] == [
        ("imported", "the import")
    ]
    connection = mongo.connect(system.servers.mongodb.url)
    outbox = Store(connection).database["outbox"]
    assert await outbox.count_documents({"_id": {"$regex": f"^{item['id']}"}}) == 0
    await mongo.close(connection)
