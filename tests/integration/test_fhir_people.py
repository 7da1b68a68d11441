"""Patients and practitioners over FHIR, from a real database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.store import Store
from tests.harness.fhir import check_fhir, entries, link
from tests.harness.practice import SmallPractice, open_practice
from tests.harness.staff_api import StaffApi, open_staff_api, path_of

FHIR = "/fhir/r4"


@dataclass(frozen=True)
class Asked:
    """A small practice, asked over HTTP."""

    here: SmallPractice
    api: StaffApi


@pytest.fixture
async def asked(store: Store, tmp_path: Path) -> AsyncIterator[Asked]:
    """That practice."""
    here = await open_practice(store)
    async with open_staff_api(store, tmp_path) as api:
        yield Asked(here, api)


async def test_patients_are_the_clients_one_may_see(asked: Asked, store: Store) -> None:
    """By id and by identifier; the same answer to nobody and to nobody of yours."""
    here, there = asked.here, await open_practice(store)
    path = f"{FHIR}/Patient"

    async def names(actor: StaffMember, *params: tuple[str, str]) -> list[str]:
        bundle = await asked.api.get(path, actor, *params)
        return [one["name"][0]["text"] for one in entries(bundle)]

    assert await names(here.priya) == ["Amara", "Keisha"]
    assert await names(here.dana) == ["Amara"]
    ids = ("_id", f"{here.amara.id},{here.keisha.id}")
    assert await names(here.priya, ids) == ["Amara", "Keisha"]
    assert await names(here.marcus, ids) == ["Keisha"]
    assert await names(there.priya, ids) == []
    for told in (here.amara.id.urn, f"urn:ietf:rfc:3986|{here.amara.id.urn}"):
        assert await names(here.priya, ("identifier", told)) == ["Amara"]
        assert await names(here.marcus, ("identifier", told)) == []
    assert await names(here.priya, ids, ("identifier", uuid4().urn)) == []
    # Not by name, which would be in the URL.
    refused = await asked.api.ask("GET", path, here.priya, (("name", "ama"),))
    assert refused.status_code == 400
    read = f"{path}/{here.amara.id}"
    assert check_fhir(await asked.api.get(read, here.dana))["id"] == str(here.amara.id)
    for actor in (here.marcus, there.priya):
        assert await asked.api.status(read, actor) == 404
    assert await asked.api.status(f"{path}/echo", here.dana) == 404


async def test_people_come_in_pages_by_name(asked: Asked, store: Store) -> None:
    """Each once; also those of the same name."""
    here = asked.here
    for _ in range(3):
        await store.clients.save(replace(here.amara, id=uuid4()))
        await store.staff.save(replace(here.dana, id=uuid4(), email=f"{uuid4().hex}@example.org"))
    for kind, expected in (("Patient", 5), ("Practitioner", 6), ("Schedule", 5)):
        found: list[str] = []
        bundle = await asked.api.get(f"{FHIR}/{kind}", here.priya, ("_count", "2"))
        while (following := link(bundle, "next")) is not None:
            found += [one["id"] for one in entries(bundle)]
            bundle = await asked.api.get(path_of(following), here.priya)
        found += [one["id"] for one in entries(bundle)]
        assert len(found) == len(set(found)) == expected


async def test_practitioners_are_the_staff_also_those_who_left(asked: Asked, store: Store) -> None:
    """Nobody of another practice."""
    here, there = asked.here, await open_practice(store)
    await store.staff.save(replace(here.marcus, active=False))
    path = f"{FHIR}/Practitioner"

    async def names(*params: tuple[str, str]) -> list[str]:
        bundle = await asked.api.get(path, here.dana, *params)
        return [one["name"][0]["text"] for one in entries(bundle)]

    assert await names() == ["Dana", "Marcus", "Priya"]
    assert await names(("active", "true")) == ["Dana", "Priya"]
    assert await names(("active", "false")) == ["Marcus"]
    assert await names(("_id", f"{here.priya.id},{there.priya.id}")) == ["Priya"]
    told = check_fhir(await asked.api.get(f"{path}/{here.marcus.id}", here.dana))
    assert told["active"] is False
    assert await asked.api.status(f"{path}/{there.dana.id}", here.dana) == 404
    assert await asked.api.status(f"{path}/echo", here.dana) == 404


REFUSED = [
    ("Patient", "_id", "echo"),
    ("Patient", "_id", ",".join(str(uuid4()) for _ in range(201))),
    ("Patient", "identifier", str(uuid4())),
    ("Patient", "identifier", f"urn:oid:1|urn:uuid:{uuid4()}"),
    ("Patient", "name", "Amara,Keisha"),
    ("Patient", "name", "Amara\x00"),
    ("Patient", "_cursor", "echo"),
    ("Practitioner", "active", "maybe"),
    ("Practitioner", "name", "Dana"),
    ("Schedule", "actor", "Patient/1"),
]


async def test_what_a_search_cannot_mean_is_refused(asked: Asked) -> None:
    """400, and nothing of it in the answer."""
    for kind, name, value in REFUSED:
        answer = await asked.api.ask("GET", f"{FHIR}/{kind}", asked.here.priya, [(name, value)])
        assert answer.status_code == 400, (kind, name)
        check_fhir(answer.json())
        assert "echo" not in answer.text
