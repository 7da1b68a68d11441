"""What settings keep to themselves: passwords, an encrypted way out, and no database at intake."""

import ssl
from datetime import timedelta
from pathlib import Path

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


def test_a_password_may_be_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As secrets are mounted; the line's end is not part of it, and nothing shows it."""
    file = tmp_path / "password"
    file.write_text("hunter2 \n", encoding="utf-8")
    give(environment, without(NOTIFIER, "SMTP_PASSWORD"))
    give(environment, {"SMTP_USERNAME": "openchair", "SMTP_PASSWORD_FILE": str(file)})

    settings = NotifierSettings()

    server = settings.smtp_server()
    assert (server.username, server.password) == ("openchair", "hunter2 ")
    for shown in (repr(settings), repr(server)):
        assert "hunter2" not in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"SMTP_USERNAME": "openchair"},
        {"SMTP_PASSWORD": "hunter2", "SMTP_PASSWORD_FILE": "/etc/hostname"},
        {"SMTP_PASSWORD_FILE": "/does/not/exist"},
        {"SMTP_CA_FILE": "/does/not/exist"},
        {"SMTP_CA_FILE": __file__},
        {"SMTP_CONNECTIONS": "0"},
        {"SMTP_RATE_LIMIT": "fast"},
        {"SMTP_RATE_LIMIT": "0/second"},
        {"SMTP_RATE_LIMIT": "5/minute"},
        {"SMTP_RATE_LIMIT": "300/hour"},
        {"SMTP_RATE_LIMIT": "10/day"},
    ],
)
def test_a_mail_server_that_cannot_be_used_stops_the_start(
    environment: pytest.MonkeyPatch, wrong: dict[str, str]
) -> None:
    """Rather than each e-mail, hours later; the password is not shown."""
    give(environment, {**without(NOTIFIER, "SMTP_PASSWORD"), **wrong})
    with pytest.raises(ValidationError) as caught:
        NotifierSettings()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("rate", "interval"),
    [
        ("14/second", timedelta(seconds=1) / 14),
        ("300/minute", timedelta(milliseconds=200)),
        ("6/minute", timedelta(seconds=10)),
        ("3600/hour", timedelta(seconds=1)),
    ],
)
def test_a_limit_is_so_many_in_a_time(
    environment: pytest.MonkeyPatch, rate: str, interval: timedelta
) -> None:
    """Spaced out evenly; without one there is none."""
    give(environment, NOTIFIER)
    assert NotifierSettings().smtp_interval is None
    environment.setenv("SMTP_RATE_LIMIT", rate)
    assert NotifierSettings().smtp_interval == interval


@pytest.mark.parametrize(
    ("security", "trusts"), [("starttls", True), ("tls", True), ("none", False)]
)
def test_certificates_are_checked(
    environment: pytest.MonkeyPatch, security: str, *, trusts: bool
) -> None:
    """With the host's name; there is no setting that leaves it out."""
    give(environment, {**NOTIFIER, "APP_ENV": "dev", "SMTP_SECURITY": security})
    tls = NotifierSettings().smtp_server().tls
    assert (tls is not None) is trusts
    if tls is not None:
        assert (tls.verify_mode, tls.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert tls.minimum_version >= ssl.TLSVersion.TLSv1_2
