"""What settings keep to themselves: passwords, an encrypted way out, and no database at intake."""

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from services.notifier.settings import NotifierSettings
from services.request_intake.settings import IntakeSettings
from services.scheduler.settings import SchedulerSettings
from tests.unit.environments import (
    INTAKE,
    LOCAL,
    MONGODB,
    NOTIFIER,
    SCHEDULER,
    SERVICES,
    clear,
    give,
    without,
)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with nothing in it that the settings read."""
    clear(monkeypatch)
    return monkeypatch


def test_mail_goes_encrypted(environment: pytest.MonkeyPatch) -> None:
    """Only dev may send in the clear; the default is STARTTLS, and it is not optional."""
    give(environment, NOTIFIER)
    assert NotifierSettings().smtp_security == "starttls"
    environment.setenv("SMTP_SECURITY", "none")
    with pytest.raises(ValidationError):
        NotifierSettings()
    environment.setenv("APP_ENV", "dev")
    assert NotifierSettings().smtp_security == "none"
    environment.setenv("SMTP_SECURITY", "optional")
    with pytest.raises(ValidationError):
        NotifierSettings()


@pytest.mark.parametrize(
    "sender",
    ["Harbor Street <no-reply@example.org>", "no-reply", "a@example.org\nBcc: b@example.org"],
)
def test_the_sender_is_a_plain_address(environment: pytest.MonkeyPatch, sender: str) -> None:
    """Message-IDs are made of its domain."""
    give(environment, NOTIFIER)
    assert NotifierSettings().mail_domain == "example.org"
    environment.setenv("MAIL_FROM", sender)
    with pytest.raises(ValidationError):
        NotifierSettings()


@pytest.mark.parametrize(("service", "variables"), SERVICES)
def test_secrets_are_not_shown(
    environment: pytest.MonkeyPatch, service: type[BaseSettings], variables: dict[str, str]
) -> None:
    """Printing the settings, whole or as JSON, shows no password."""
    give(environment, variables)
    settings = service()
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("service", "variables"),
    [
        (IntakeSettings, without(INTAKE, "AUTH_ISSUER")),
        (IntakeSettings, {**INTAKE, "AUTH_JWKS_URL": "http://id.example.org/"}),
        (IntakeSettings, {**INTAKE, **LOCAL}),
        (IntakeSettings, {**INTAKE, "HTTP_PORT": "0"}),
        (SchedulerSettings, without(SCHEDULER, "AUTH_ISSUER")),
        (SchedulerSettings, without(SCHEDULER, "MONGODB_URL")),
        (SchedulerSettings, {**SCHEDULER, "APP_ENV": "prod"}),
        (NotifierSettings, without(NOTIFIER, "SMTP_HOST")),
        (NotifierSettings, {**NOTIFIER, "SMTP_SECURITY": "none"}),
        (NotifierSettings, without({**NOTIFIER, "SMTP_SECURITY": "none"}, "SMTP_PASSWORD")),
    ],
)
def test_mistakes_show_no_secrets(
    environment: pytest.MonkeyPatch, service: type[BaseSettings], variables: dict[str, str]
) -> None:
    """What a failed start writes on the console is read by many."""
    give(environment, variables)
    with pytest.raises(ValidationError) as caught:
        service()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("service", "variables"), SERVICES)
def test_settings_do_not_change(
    environment: pytest.MonkeyPatch, service: type[BaseSettings], variables: dict[str, str]
) -> None:
    """They are read once, in `main`."""
    give(environment, variables)
    settings = service()
    with pytest.raises(ValidationError):
        settings.__setattr__("http_port", 1)


def test_intake_has_no_database(environment: pytest.MonkeyPatch) -> None:
    """The service that faces the internet does not even read a database's address."""
    give(environment, {**INTAKE, **MONGODB})
    assert not [name for name in IntakeSettings.model_fields if "mongo" in name]
    assert "mongodb" not in repr(IntakeSettings())
