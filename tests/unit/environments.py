"""Environments in which each service starts."""

from collections.abc import Mapping

import pytest
from pydantic_settings import BaseSettings

from services.notifier.settings import NotifierSettings
from services.request_intake.settings import IntakeSettings
from services.scheduler.settings import SchedulerSettings

RABBITMQ = {"RABBITMQ_URL": "amqp://app:hunter2@mq/"}
MONGODB = {"MONGODB_URL": "mongodb://app:hunter2@db/"}
IDENTITY = {
    "AUTH_ISSUER": "https://id.example.org",
    "AUTH_JWKS_URL": "https://id.example.org/jwks.json",
}
INTAKE = {**RABBITMQ, **IDENTITY}
SCHEDULER = {**RABBITMQ, **MONGODB, **IDENTITY}
NOTIFIER = {
    **RABBITMQ,
    **MONGODB,
    "SMTP_HOST": "smtp.example.org",
    "MAIL_FROM": "no-reply@example.org",
    "SMTP_PASSWORD": "hunter2",
}
SERVICES: list[tuple[type[BaseSettings], dict[str, str]]] = [
    (IntakeSettings, INTAKE),
    (SchedulerSettings, SCHEDULER),
    (NotifierSettings, NOTIFIER),
]
WITH_AUTH = SERVICES[:2]
LOCAL = {"LOCAL_ISSUER_KEY_FILE": "/keys/local.json"}


def clear(environment: pytest.MonkeyPatch) -> None:
    """Take out everything that the settings read."""
    for service, _ in SERVICES:
        for name in service.model_fields:
            environment.delenv(name.upper(), raising=False)
            environment.delenv(name, raising=False)


def give(environment: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    """Set environment variables."""
    for name, value in variables.items():
        environment.setenv(name, value)


def without(variables: Mapping[str, str], name: str) -> dict[str, str]:
    """Return the variables but one."""
    return {key: value for key, value in variables.items() if key != name}
