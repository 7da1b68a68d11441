"""Groups of settings that more than one service reads; each service's `settings.py` takes its own.

There are no default secrets: what has none must be given. `APP_ENV` is `production` unless said
otherwise, and only `dev` knows the local issuer.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from shared.auth.local_issuer import LOCAL_ISSUER, LocalIssuer
from shared.auth.tokens import RemoteKeySet, TokenVerifier
from shared.messaging.topology import DEFAULT_RETRY_DELAYS, Topology

# An error must not print what was given: it may be a password.
_FROM_ENVIRONMENT: Final = SettingsConfigDict(
    frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
)

Settings = TypeVar("Settings", bound=BaseSettings)


class AppEnv(StrEnum):
    """Where we run."""

    DEV = "dev"
    PRODUCTION = "production"


class ServiceSettings(BaseSettings):
    """What every service reads from its environment."""

    model_config = _FROM_ENVIRONMENT

    app_env: AppEnv = AppEnv.PRODUCTION
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=1, le=65_535)
    rabbitmq_url: SecretStr
    retry_delays_seconds: tuple[Annotated[int, Field(gt=0)], ...] = Field(
        default=DEFAULT_RETRY_DELAYS, min_length=1
    )

    @property
    def topology(self) -> Topology:
        """The queues, with the configured retry delays."""
        return Topology.with_delays(self.retry_delays_seconds)


class AuthSettings(BaseSettings):
    """How bearer tokens are checked."""

    model_config = _FROM_ENVIRONMENT

    app_env: AppEnv = AppEnv.PRODUCTION
    auth_issuer: str | None = None
    auth_audience: str = "openchair"
    auth_jwks_url: str | None = None
    local_issuer_key_file: Path | None = None

    @property
    def checks_tokens(self) -> bool:
        """Whether this process serves anybody who must prove who they are."""
        return True

    @model_validator(mode="after")
    def _one_issuer(self) -> Self:
        local = self.local_issuer_key_file is not None or self.auth_issuer == LOCAL_ISSUER
        if local and self.app_env is not AppEnv.DEV:
            raise ValueError("the local issuer is for APP_ENV=dev only")
        if not self.checks_tokens:
            return self
        if local and (self.local_issuer_key_file is None or self.auth_jwks_url is not None):
            raise ValueError("give LOCAL_ISSUER_KEY_FILE, or AUTH_ISSUER and AUTH_JWKS_URL")
        if not local and (self.auth_issuer is None or self.auth_jwks_url is None):
            raise ValueError("AUTH_ISSUER and AUTH_JWKS_URL are needed")
        if self.app_env is not AppEnv.DEV and not str(self.auth_jwks_url).startswith("https://"):
            raise ValueError("AUTH_JWKS_URL must be https outside dev")
        return self

    def token_verifier(self) -> TokenVerifier:
        """Return the verifier these settings describe."""
        if self.local_issuer_key_file is not None:
            issuer = LocalIssuer.load(self.local_issuer_key_file)
            return TokenVerifier(issuer.keys, issuer=LOCAL_ISSUER, audience=self.auth_audience)
        return TokenVerifier(
            RemoteKeySet(str(self.auth_jwks_url)),
            issuer=str(self.auth_issuer),
            audience=self.auth_audience,
        )


class MongoSettings(BaseSettings):
    """Where a service keeps its data."""

    model_config = _FROM_ENVIRONMENT

    mongodb_url: SecretStr


def read_settings(kind: type[Settings]) -> Settings:
    """Return the settings; ends the process with a line for each fault, values not shown."""
    try:
        return kind()
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False, include_context=False):
            name = "_".join(str(part) for part in fault["loc"]).upper()
            sys.stderr.write(f"settings: {name or 'together'}: {fault['msg']}\n")
    except SettingsError as error:
        sys.stderr.write(f"settings: {error}\n")  # names the variable, not its value
    sys.exit(2)
