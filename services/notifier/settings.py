"""The notifier's environment; nothing else reads it."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from services.notifier.deliveries import DATABASE
from shared.schemas.fields import EmailAddress
from shared.settings import AppEnv, MongoSettings, ServiceSettings


class NotifierSettings(ServiceSettings, MongoSettings):
    """`SMTP_SECURITY`: starttls (the default), tls from the start, or none, which only dev may."""

    http_port: int = Field(default=8002, ge=1, le=65_535)
    mongodb_database: str = DATABASE
    smtp_host: str
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: EmailAddress
    mail_prefetch: int = Field(default=10, ge=1, le=200)

    @model_validator(mode="after")
    def _never_in_the_clear(self) -> Self:
        if self.smtp_security == "none" and self.app_env is not AppEnv.DEV:
            raise ValueError("SMTP_SECURITY=none is for APP_ENV=dev only")
        return self

    @property
    def mail_domain(self) -> str:
        """The domain of our Message-IDs."""
        return self.mail_from.rpartition("@")[2]
