"""The notifier's environment; nothing else reads it."""

import ssl
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Self

import limits
from pydantic import AfterValidator, Field, SecretStr, model_validator

from services.notifier.deliveries import DATABASE
from services.notifier.smtp import Security, SmtpServer
from services.notifier.waiting import LIMIT_SECONDS
from shared.schemas.fields import EmailAddress
from shared.settings import AppEnv, MongoSettings, ServiceSettings

_LONGEST_INTERVAL: Final = timedelta(seconds=LIMIT_SECONDS - 5)


def _rate(value: str) -> str:
    if _interval(value) > _LONGEST_INTERVAL:  # nothing would get through within one wait
        raise ValueError("at least 6 a minute")
    return value


def _interval(rate: str) -> timedelta:
    limit = limits.parse(rate)
    return timedelta(seconds=limit.get_expiry()) / limit.amount


Rate = Annotated[str, Field(pattern=r"^[1-9]\d{0,5}/(second|minute|hour)$"), AfterValidator(_rate)]
"""So many in a time, such as 14/second or 300/minute."""


class NotifierSettings(ServiceSettings, MongoSettings):
    """`SMTP_SECURITY`: starttls (the default), tls from the start, or none, which only dev may."""

    http_port: int = Field(default=8002, ge=1, le=65_535)
    mongodb_database: str = DATABASE
    smtp_host: str
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_security: Security = "starttls"
    smtp_ca_file: Path | None = None
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_password_file: Path | None = None
    smtp_connections: int = Field(default=5, ge=1, le=100)
    smtp_idle_seconds: float = Field(default=30, ge=1, le=3600)
    smtp_rate_limit: Rate | None = None
    mail_from: EmailAddress
    mail_prefetch: int = Field(default=10, ge=1, le=200)
    invitation_prefetch: int = Field(default=3, ge=1, le=200)

    @model_validator(mode="after")
    def _never_in_the_clear(self) -> Self:
        if self.smtp_security == "none" and self.app_env is not AppEnv.DEV:
            raise ValueError("SMTP_SECURITY=none is for APP_ENV=dev only")
        return self

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        given = [self.smtp_password, self.smtp_password_file]
        if None not in given:
            raise ValueError("SMTP_PASSWORD or SMTP_PASSWORD_FILE, not both")
        if self.smtp_username is not None and given == [None, None]:
            raise ValueError("SMTP_USERNAME needs SMTP_PASSWORD or SMTP_PASSWORD_FILE")
        return self

    @model_validator(mode="after")
    def _files_can_be_read(self) -> Self:
        try:
            self.smtp_server()
        except (OSError, UnicodeDecodeError):  # bad PEM is an OSError, too
            raise ValueError("SMTP_PASSWORD_FILE or SMTP_CA_FILE cannot be read") from None
        return self

    @property
    def mail_domain(self) -> str:
        """The domain of our Message-IDs."""
        return self.mail_from.rpartition("@")[2]

    @property
    def smtp_interval(self) -> timedelta | None:
        """The time between two e-mails that the provider demands, if it does."""
        return None if self.smtp_rate_limit is None else _interval(self.smtp_rate_limit)

    def smtp_server(self) -> SmtpServer:
        """Return the mail server these settings describe."""
        encrypted = self.smtp_security != "none"
        return SmtpServer(
            host=self.smtp_host,
            port=self.smtp_port,
            security=self.smtp_security,
            username=self.smtp_username,
            password=self._password(),
            tls=ssl.create_default_context(cafile=self.smtp_ca_file) if encrypted else None,
        )

    def _password(self) -> str | None:
        if self.smtp_password_file is not None:
            return self.smtp_password_file.read_text(encoding="utf-8").rstrip("\r\n")
        return self.smtp_password.get_secret_value() if self.smtp_password else None
