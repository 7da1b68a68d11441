"""Clients from CSV into a real database."""

from dataclasses import replace
from datetime import date

import pytest

from services.scheduler.importing.client_rows import client_id
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases import import_clients as clients_module
from tests.harness.importing import (
    client_line,
    documents,
    outcomes,
    run_clients,
    told,
    whole,
)
from tests.harness.practice import (
    SmallPractice,
    open_practice,
)


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice, with two clients imported beside its own."""
    practice = await open_practice(store)
    assert outcomes(await run_clients(practice, client_line("P-1"), client_line("P-2"))) == {
        "imported": 2
    }
    return practice


async def test_a_client_becomes_a_record_that_their_staff_see(small: SmallPractice) -> None:
    """With all that the row says; Marcus, who is not assigned, does not see it."""
    line = client_line(
        "P-9",
        name='"Dahl, S\u00f8ren"',
        birth_date="1984-02-29",
        time_zone="Europe/Oslo",
        assigned="dana@example.org;marcus@example.org",
    )
    assert outcomes(await run_clients(small, line)) == {"imported": 1}

    identifier = client_id(small.practice.id, "P-9")
    record = await small.store.clients.get_visible(small.marcus, identifier)
    assert record is not None
    assert (record.name, record.email, record.phone) == (
        "Dahl, S\u00f8ren",
        "p-9@example.org",
        "+1 212 555 0111",
    )
    assert (record.birth_date, record.time_zone) == (date(1984, 2, 29), "Europe/Oslo")
    assert record.assigned_staff_ids == (small.dana.id, small.marcus.id)
    other = client_id(small.practice.id, "P-1")
    assert await small.store.clients.get_visible(small.marcus, other) is None


async def test_importing_clients_again_changes_nothing(small: SmallPractice) -> None:
    """What is there stays, and where it differs is told."""
    before = await documents(small.store, "clients")
    results = await run_clients(
        small,
        client_line("P-1"),
        client_line("P-2", name="Another", phone="+1 212 555 0199"),
        client_line("P-1", name="Third"),
    )
    assert outcomes(results) == {"there-already": 1, "differs": 1, "refused": 1}
    assert told(results) == [
        (3, "differs", "name", "differs"),
        (3, "differs", "phone", "differs"),
        (4, "refused", "id", "id-repeated"),
    ]
    assert results[2].findings[0].rows == (2,)
    assert await documents(small.store, "clients") == before


async def test_a_row_is_there_although_its_clinician_left(small: SmallPractice) -> None:
    """A new one with them is refused."""
    await small.store.staff.save(replace(small.dana, active=False))
    results = await run_clients(small, client_line("P-1"), client_line("P-3"))
    assert outcomes(results) == {"there-already": 1, "refused": 1}
    assert told(results) == [(3, "refused", "assigned", "staff-inactive")]


async def test_a_client_like_another_is_imported_and_told_of(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By address in any case, or by name without accents and birth date; by row or by record."""
    monkeypatch.setattr(clients_module, "_BATCH", 2)
    lines = [
        client_line("P-3", email="AMARA@example.org"),
        client_line("P-4", email="p-3b@example.org", name="P\u00e9ter Kov\u00e1cs"),
        client_line("P-5", email="p-5@example.org", name="Peter KOVACS"),
        client_line("P-6", email="P-5@example.org", birth_date="1991-01-01"),
        client_line("P-7", name="Peter Kovacs", birth_date="1990-05-18"),
    ]
    for dry_run in (True, False):
        results = await run_clients(small, *lines, dry_run=dry_run)
        assert outcomes(results) == {"imported": 5}
        assert told(results) == [
            (2, "imported", "email", "client-may-exist"),
            (4, "imported", "name", "client-may-exist"),
            (5, "imported", "email", "client-may-exist"),
        ]
        findings = [finding for result in results for finding in result.findings]
        assert findings[0].ids == (small.amara.id,)
        assert [finding.rows for finding in findings] == [(), (3,), (4,)]


async def test_a_dry_run_of_clients_writes_nothing(small: SmallPractice) -> None:
    """And finds what the import finds."""
    lines = [client_line("P-3"), client_line("P-3"), client_line("P-4", phone="1")]
    before = await whole(small.store)
    dry = await run_clients(small, *lines, dry_run=True)
    assert await whole(small.store) == before
    assert dry == await run_clients(small, *lines)
    assert outcomes(dry) == {"imported": 1, "refused": 2}
