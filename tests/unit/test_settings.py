"""What a service refuses to start with: nothing is guessed, nothing insecure outside dev."""

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from services.request_intake.settings import IntakeSettings
from services.scheduler.settings import Component, SchedulerSettings
from shared.auth.local_issuer import LOCAL_ISSUER
from shared.settings import AppEnv
from tests.unit.environments import (
    IDENTITY,
    INTAKE,
    LOCAL,
    MONGODB,
    RABBITMQ,
    SCHEDULER,
    SERVICES,
    WITH_AUTH,
    clear,
    give,
    without,
)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with nothing in it that the settings read."""
    clear(monkeypatch)
    return monkeypatch


@pytest.mark.parametrize(("service", "variables"), SERVICES)
def test_what_must_be_given_is_enough(
    environment: pytest.MonkeyPatch, service: type[BaseSettings], variables: dict[str, str]
) -> None:
    """With what has no default, a service starts, as production and for this machine alone."""
    give(environment, variables)
    settings = service().model_dump()
    assert settings["app_env"] is AppEnv.PRODUCTION
    assert settings["http_host"] == "127.0.0.1"
    assert settings["retry_delays_seconds"] == (30, 120, 600, 3600)


@pytest.mark.parametrize(
    ("service", "variables", "missing"),
    [
        (service, variables, name)
        for service, variables in SERVICES
        for name in variables
        if name != "SMTP_PASSWORD"
    ],
)
@pytest.mark.parametrize("blank", [False, True])
def test_nothing_needed_is_guessed(
    environment: pytest.MonkeyPatch,
    service: type[BaseSettings],
    variables: dict[str, str],
    missing: str,
    blank: bool,
) -> None:
    """A missing or empty address, issuer or sender stops the start."""
    give(environment, without(variables, missing))
    if blank:
        environment.setenv(missing, "")
    with pytest.raises(ValidationError):
        service()


@pytest.mark.parametrize(("service", "variables"), WITH_AUTH)
@pytest.mark.parametrize("app_env", ["production", ""])
@pytest.mark.parametrize(
    "local",
    [
        LOCAL,
        {"AUTH_ISSUER": LOCAL_ISSUER},
        {"AUTH_ISSUER": LOCAL_ISSUER, **LOCAL},
    ],
    ids=["key file", "issuer", "both"],
)
def test_the_local_issuer_is_for_dev_only(
    environment: pytest.MonkeyPatch,
    service: type[BaseSettings],
    variables: dict[str, str],
    app_env: str,
    local: dict[str, str],
) -> None:
    """Production, which is also what nothing said means, never knows the issuer that signs all."""
    give(environment, {**variables, "APP_ENV": app_env, **local})
    with pytest.raises(ValidationError, match="local issuer"):
        service()
    give(environment, RABBITMQ)
    for name in IDENTITY:
        environment.delenv(name, raising=False)
    give(environment, local)
    with pytest.raises(ValidationError, match="local issuer"):
        service()


@pytest.mark.parametrize("components", ["worker", "relay", "worker,relay"])
def test_parts_without_an_api_need_no_identity_provider(
    environment: pytest.MonkeyPatch, components: str
) -> None:
    """They serve nobody who has a token; the local issuer is refused there all the same."""
    give(environment, {**RABBITMQ, **MONGODB, "SCHEDULER_COMPONENTS": components})
    assert SchedulerSettings().components
    give(environment, LOCAL)
    with pytest.raises(ValidationError, match="local issuer"):
        SchedulerSettings()


@pytest.mark.parametrize(("service", "variables"), WITH_AUTH)
def test_dev_knows_the_local_issuer(
    environment: pytest.MonkeyPatch, service: type[BaseSettings], variables: dict[str, str]
) -> None:
    """A key file is enough in dev, and not beside another provider's keys."""
    for name in IDENTITY:
        variables = without(variables, name)
    give(environment, {**variables, "APP_ENV": "dev", **LOCAL})
    assert service().model_dump()["app_env"] is AppEnv.DEV
    give(environment, IDENTITY)
    with pytest.raises(ValidationError):
        service()


@pytest.mark.parametrize("app_env", ["prod", "staging", "DEV", "development", "test"])
def test_an_environment_nobody_knows_is_refused(
    environment: pytest.MonkeyPatch, app_env: str
) -> None:
    """A slip in APP_ENV stops the start rather than choose for us."""
    give(environment, {**INTAKE, "APP_ENV": app_env})
    with pytest.raises(ValidationError):
        IntakeSettings()


@pytest.mark.parametrize(
    "url", ["http://id.example.org/jwks.json", "HTTP://id.example.org/", "file:///etc/passwd", "x"]
)
def test_keys_come_by_https(environment: pytest.MonkeyPatch, url: str) -> None:
    """Whoever could change the keys on their way could sign for anybody."""
    give(environment, {**INTAKE, "AUTH_JWKS_URL": url})
    with pytest.raises(ValidationError):
        IntakeSettings()


@pytest.mark.parametrize(
    ("value", "components"),
    [
        ("api,worker,relay", set(Component)),
        ("worker", {Component.WORKER}),
        (" api , relay ", {Component.API, Component.RELAY}),
        ("", set(Component)),
    ],
)
def test_parts_of_the_scheduler_can_be_chosen(
    environment: pytest.MonkeyPatch, value: str, components: set[Component]
) -> None:
    """Any choice of the three; nothing said means all."""
    give(environment, {**SCHEDULER, "SCHEDULER_COMPONENTS": value})
    assert SchedulerSettings().components == components


@pytest.mark.parametrize("value", ["nonsense", "api;worker", "api worker", "API", "api,", ",", " "])
def test_parts_that_are_none_are_refused(environment: pytest.MonkeyPatch, value: str) -> None:
    """A scheduler that would run nothing, or not what was meant, does not start."""
    give(environment, {**SCHEDULER, "SCHEDULER_COMPONENTS": value})
    with pytest.raises(ValidationError):
        SchedulerSettings()


@pytest.mark.parametrize("value", ["[]", "[-1]", "[30, -120]", "soon", "30,120"])
def test_retry_delays_make_sense(environment: pytest.MonkeyPatch, value: str) -> None:
    """A JSON list of seconds, one at least, none below zero: RabbitMQ would refuse the queue."""
    give(environment, {**INTAKE, "RETRY_DELAYS_SECONDS": value})
    with pytest.raises((ValidationError, SettingsError)):
        IntakeSettings()
