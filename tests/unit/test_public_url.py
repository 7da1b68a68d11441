"""`PUBLIC_URL`: the address in links, some of which are secrets."""

import pytest
from pydantic import ValidationError

from services.scheduler.settings import SchedulerSettings
from tests.unit.environments import SCHEDULER, clear, give


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A scheduler's environment, as production."""
    clear(monkeypatch)
    give(monkeypatch, SCHEDULER)
    return monkeypatch


def test_without_it_links_are_as_the_caller_came(environment: pytest.MonkeyPatch) -> None:
    """Also where the variable is empty."""
    assert SchedulerSettings().public_url is None
    environment.setenv("PUBLIC_URL", "")
    assert SchedulerSettings().public_url is None


@pytest.mark.parametrize(
    "url", ["https://staff.example.org", "https://example.org:8443/staff/", "https://[::1]/"]
)
def test_an_https_address_is_taken(environment: pytest.MonkeyPatch, url: str) -> None:
    """With a port and a path, if need be."""
    environment.setenv("PUBLIC_URL", url)
    assert SchedulerSettings().public_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://staff.example.org",
        "staff.example.org",
        "https://",
        "https://example.org/?x=1",
        "https://example.org/#x",
        "https://example.org/ x",
        "ftp://example.org",
    ],
)
def test_another_one_stops_the_start(environment: pytest.MonkeyPatch, url: str) -> None:
    """The address of a calendar is its key: it must not travel in the clear."""
    environment.setenv("PUBLIC_URL", url)
    with pytest.raises(ValidationError):
        SchedulerSettings()


def test_dev_may_do_without_tls(environment: pytest.MonkeyPatch) -> None:
    """On one's own machine."""
    environment.setenv("APP_ENV", "dev")
    environment.setenv("PUBLIC_URL", "http://127.0.0.1:8001")
    assert SchedulerSettings().public_url == "http://127.0.0.1:8001"
