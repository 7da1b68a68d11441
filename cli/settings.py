"""The command's environment; what `make run` last started fills in what is not given."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.messaging.topology import DEFAULT_RETRY_DELAYS
from shared.settings import AppEnv

RUNNING: Final = Path(".local/run/running.json")
"""What the local stack writes while it runs: the settings below."""


class CommandSettings(BaseSettings):
    """Where the parts of Openchair are; what a command does not need may be missing."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    app_env: AppEnv = AppEnv.PRODUCTION
    auth_audience: str = "openchair"
    local_issuer_key_file: Path | None = None
    mongodb_url: str | None = None
    rabbitmq_url: SecretStr | None = None
    retry_delays_seconds: tuple[int, ...] = DEFAULT_RETRY_DELAYS
    intake_url: str | None = None
    scheduler_url: str | None = None
    maildir: Path | None = None
    mailpit_url: str | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment first, then what the running local stack wrote."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, _RunningStack(settings_cls)


class _RunningStack(PydanticBaseSettingsSource):
    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        del field
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        try:
            told: dict[str, Any] = json.loads(RUNNING.read_text(encoding="utf-8"))
        except (FileNotFoundError, PermissionError):
            return {}  # nothing runs, or it is another user's
        return told
