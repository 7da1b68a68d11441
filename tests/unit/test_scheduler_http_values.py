"""Values that staff's browsers send back to the scheduler: versions, edits."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.scheduler.domain import refusals
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.refusals import (
    AlreadyDecided,
    Clash,
    NotOffered,
    Refusal,
    SlotTaken,
)
from services.scheduler.http_api.dependencies import expected_version
from services.scheduler.http_api.errors import STATUS
from services.scheduler.http_api.request_models import ApprovalInput, DeclineInput
from shared.http.problems import Problem
from shared.portal.policy import Objection
from shared.schemas.vocabulary import Modality

ID = UUID(int=7)


@pytest.mark.parametrize(
    ("tag", "version"), [('"3"', 3), (' "12" ', 12), ('"1"', 1), ("*", None), (None, None)]
)
def test_a_version_is_the_etag_that_was_read(tag: str | None, version: int | None) -> None:
    """`If-Match` as it came in `ETag`; nothing or `*` means any version."""
    assert expected_version(tag) == version


@pytest.mark.parametrize(
    "tag",
    ["", "3", '"', '""', '"x"', 'W/"3"', '"3", "4"', '"-1"', '"3', "'3'", '"' + "9" * 5000 + '"'],
)
def test_another_tag_is_a_problem(tag: str) -> None:
    """Never ignored, since somebody meant it, and never a fault of ours."""
    with pytest.raises(Problem) as caught:
        expected_version(tag)
    assert caught.value.status_code == 400


def test_edits_are_what_staff_sent() -> None:
    """Times in UTC, words as words; what was left out is None."""
    body = ApprovalInput.model_validate_json(
        '{"start": "2027-03-01T10:00:00-05:00", "minutes": 60, "modality": "telehealth"}'
    )
    assert body.to_domain() == Edits(
        start=datetime(2027, 3, 1, 15, tzinfo=UTC), minutes=60, modality=Modality.TELEHEALTH
    )
    assert ApprovalInput().to_domain() == Edits()


@pytest.mark.parametrize(
    "body",
    [
        {"minutes": 4},
        {"minutes": 721},
        {"minutes": "45"},
        {"minutes": 45.5},
        {"minutes": True},
        {"start": "2027-03-01T10:00"},
        {"start": "2027-03-01T10:00:30Z"},
        {"start": 0},
        {"modality": "by post"},
        {"clinician_id": "dana"},
        {"location": "Suite 4\nand 5"},
        {"location": ""},
        {"alert": "x\u202e"},
        {"client_id": "amara"},
        {"create_client": "perhaps"},
        {"service_code": "90834 "},
        {"service_code": ""},
        {"service_code": "9" * 21},
        {"appointment_type": ""},
        {"status": "approved"},
    ],
    ids=str,
)
def test_edits_of_nonsense_are_refused(body: dict[str, Any]) -> None:
    """Five minutes to twelve hours, whole minutes, one-line places, and no field we do not know."""
    with pytest.raises(ValidationError):
        ApprovalInput.model_validate(body)


def test_a_reason_is_optional_text() -> None:
    """Internal, of several lines, and checked like every text."""
    assert DeclineInput().reason is None
    assert DeclineInput(reason="On leave.\nCalled.").reason == "On leave.\nCalled."
    with pytest.raises(ValidationError):
        DeclineInput(reason="x" * 2001)


def all_refusals() -> list[type[Refusal]]:
    """Return every way in which the scheduler says no."""
    return Refusal.__subclasses__()


def test_every_refusal_has_a_row_in_the_table() -> None:
    """One without would be answered as a fault of ours; 422 is for malformed input only."""
    assert set(STATUS) == set(all_refusals())
    assert len(all_refusals()) >= 11
    for refusal, status in STATUS.items():
        assert 400 <= status < 500
        assert status != 422, refusal


def test_every_refusal_has_a_code_of_its_own() -> None:
    """Codes are the problem's type: lower case, stable, told apart."""
    refusals: list[type[Refusal] | Refusal] = [*(set(all_refusals()) - {NotOffered})]
    refusals += map(NotOffered, Objection)
    assert len({refusal.code for refusal in refusals}) == len(refusals)
    for refusal in refusals:
        assert refusal.code == refusal.code.lower().replace("_", "-")
        assert refusal.detail.endswith((".", "`."))


def test_a_clash_names_what_is_in_the_way() -> None:
    """Ids, times and, where the actor may see it, the client: as JSON."""
    start = datetime(2027, 3, 1, 15, tzinfo=UTC)
    clashes = [
        Clash(ID, start, start + timedelta(minutes=45), "S\u00f8ren Dahl"),
        Clash(ID, start, start + timedelta(minutes=45), None),
    ]
    told = json.loads(json.dumps(SlotTaken(clashes).members))["clashes"]
    assert [clash["client_name"] for clash in told] == ["S\u00f8ren Dahl", None]
    assert told[0]["start"] == "2027-03-01T15:00:00+00:00"
    assert SlotTaken().members == {"clashes": []}


def test_a_standing_decision_is_told() -> None:
    """Who comes second learns what was decided."""
    decision = {"status": "declined", "by": "Dana Reyes"}
    assert AlreadyDecided(decision).members == {"decision": decision}
    assert refusals.StaleVersion().members == {}
