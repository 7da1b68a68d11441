"""How often somebody may call is counted for each apart, and told honestly."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request

from services.request_intake import rate_limits
from services.request_intake.rate_limits import Allowance, RateLimits, Windows
from services.request_intake.settings import IntakeSettings
from shared.auth.actors import ClientActor, ProspectiveClientActor
from shared.http import app as http_app
from tests.unit.builders import CLIENT_ID, PRACTICE_ID
from tests.unit.environments import INTAKE, clear, give

AMARA = ClientActor(PRACTICE_ID, "amara", CLIENT_ID)
KEISHA = ClientActor(PRACTICE_ID, "keisha", UUID(int=77))
PORTAL = ProspectiveClientActor(PRACTICE_ID, "portal")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the limits."""
    made = Clock()
    monkeypatch.setattr(rate_limits, "time", made)
    return made


def test_after_the_last_call_that_is_granted_none_is_until_the_time_told(clock: Clock) -> None:
    """What is left counts down to nothing; who waits as long as they were told gets all of it."""
    limits = RateLimits(writes=3)
    told = []
    for _ in range(4):
        told.append(limits.by_caller(AMARA, writes=True))
        clock.now += 7
    assert [one.is_granted for one in told] == [True, True, True, False]
    assert [one.remaining for one in told] == [2, 1, 0, 0]
    assert [one.reset_seconds for one in told] == [60, 53, 46, 39]
    assert told[0].headers == (
        (b"ratelimit-policy", b"3;w=60"),
        (b"ratelimit-limit", b"3"),
        (b"ratelimit-remaining", b"2"),
        (b"ratelimit-reset", b"60"),
    )
    clock.now += told[-1].reset_seconds - 7 - 1
    assert not limits.by_caller(AMARA, writes=True).is_granted
    clock.now += 1
    assert [limits.by_caller(AMARA, writes=True).remaining for _ in range(3)] == [2, 1, 0]


def test_reads_writes_callers_and_addresses_are_counted_apart() -> None:
    """Nobody pays for another."""
    limits = RateLimits(reads=1, writes=1, of_address=1)
    assert limits.by_caller(AMARA, writes=True).is_granted
    assert limits.by_caller(AMARA, writes=False).is_granted
    assert limits.by_caller(KEISHA, writes=True).is_granted
    assert limits.by_caller(ClientActor(UUID(int=8), "amara", CLIENT_ID), writes=True).is_granted
    assert limits.by_address("203.0.113.7").is_granted
    assert limits.by_address("203.0.113.8").is_granted
    assert not limits.by_address("203.0.113.7").is_granted
    assert not limits.by_caller(AMARA, writes=True).is_granted


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("unknown", "unknown", True),
    ],
)
def test_an_address_is_what_one_host_has(one: str, other: str, same: bool) -> None:
    """A host has a network of IPv6 addresses to itself, and may not call once from each."""
    limits = RateLimits(of_address=1)
    assert limits.by_address(one).is_granted
    assert limits.by_address(other).is_granted is not same


def test_the_portal_asks_for_many() -> None:
    """New clients come under one name, so that name may call more often."""
    limits = RateLimits(writes=1, of_portal=3)
    told = [limits.by_caller(PORTAL, writes=True).is_granted for _ in range(4)]
    assert told == [True, True, True, False]


def test_what_is_counted_is_bounded(clock: Clock) -> None:
    """Many addresses push out who has not called for longest, and no more than that."""
    windows = Windows(capacity=3)
    for key in ("a", "b", "c", "a", "d"):
        windows.incr(key, 60)
    assert [windows.get(key) for key in ("a", "b", "c", "d")] == [2, 0, 1, 1]
    clock.now += 61
    assert windows.get("a") == 0
    assert windows.reset() == 3


def test_what_is_told_is_what_stops_the_caller_first() -> None:
    """Of the address's allowance and the caller's own."""
    plenty, little = Allowance(True, 300, 200, 10), Allowance(True, 1200, 3, 50)
    nothing = Allowance(False, 1200, 0, 50)
    assert plenty.tighter(little) is little.tighter(plenty) is little
    assert nothing.tighter(little) is nothing


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "counted"),
    [
        ([], "127.0.0.1", "203.0.113.7", "127.0.0.1"),
        ([], "198.51.100.1", "203.0.113.7", "198.51.100.1"),
        (["10.0.0.0/8"], "198.51.100.1", "203.0.113.7", "198.51.100.1"),
        (["10.0.0.0/8"], "10.1.2.3", "203.0.113.7", "203.0.113.7"),
        (["10.0.0.0/8"], "10.1.2.3", "192.0.2.1, 203.0.113.7, 10.9.9.9", "203.0.113.7"),
    ],
)
async def test_only_a_trusted_proxy_says_for_whom_it_calls(
    monkeypatch: pytest.MonkeyPatch,
    trusted: list[str],
    peer: str,
    forwarded: str,
    counted: str,
) -> None:
    """Who writes the header themselves evades nothing, on the same machine neither."""
    app = FastAPI()

    @app.get("/whoami")
    async def whoami(request: Request) -> str:
        return request.client.host if request.client else ""

    config = _started_with(monkeypatch, app, trusted)
    transport = httpx.ASGITransport(app=config.loaded_app, client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://intake.example.org") as http:
        answer = await http.get("/whoami", headers={"X-Forwarded-For": forwarded})
    assert answer.json() == counted


def _started_with(monkeypatch: pytest.MonkeyPatch, app: FastAPI, trusted: list[str]) -> Any:
    """Return the configuration that the server is started with, loaded."""
    seen: list[Any] = []

    class Server:
        started = True

        def __init__(self, config: Any, _end: object) -> None:
            config.load()
            seen.append(config)

        def run(self) -> None:
            """Serve nobody."""

    app.state.end_streams = lambda: None
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    monkeypatch.setattr(http_app, "_Server", Server)
    http_app.serve(app, host="127.0.0.1", port=1, trusted_proxies=trusted)
    return seen[0]


def test_trusted_proxies_are_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses and networks; nobody by default, and everybody not by a star."""
    clear(monkeypatch)
    give(monkeypatch, INTAKE)
    assert IntakeSettings().trusted_proxies == ()
    monkeypatch.setenv("TRUSTED_PROXIES", '["10.0.0.0/8", "192.0.2.7"]')
    told = [str(network) for network in IntakeSettings().trusted_proxies]
    assert told == ["10.0.0.0/8", "192.0.2.7/32"]
    monkeypatch.setenv("TRUSTED_PROXIES", '["*"]')
    with pytest.raises(ValueError, match="trusted_proxies"):
        IntakeSettings()
