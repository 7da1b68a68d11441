"""The scheduler's environment; nothing else reads it."""

from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from services.scheduler.mongo.store import DATABASE
from shared.settings import AppEnv, AuthSettings, MongoSettings, ServiceSettings


class Component(StrEnum):
    """Parts that may run apart (ARCHITECTURE "One picture")."""

    API = "api"
    WORKER = "worker"
    RELAY = "relay"


class DatabaseSettings(MongoSettings):
    """All that a migration needs."""

    mongodb_database: str = DATABASE


class SchedulerSettings(ServiceSettings, AuthSettings, DatabaseSettings):
    """`SCHEDULER_COMPONENTS` is a comma-separated choice of api, worker, relay."""

    http_port: int = Field(default=8001, ge=1, le=65_535)
    scheduler_components: str = "api,worker,relay"
    worker_prefetch: int = Field(default=200, ge=1, le=2000)
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")

    @field_validator("scheduler_components")
    @classmethod
    def _known(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")]
        if not set(names) <= set(Component):
            raise ValueError("SCHEDULER_COMPONENTS takes api, worker and relay")
        return ",".join(names)

    @model_validator(mode="after")
    def _links_are_safe(self) -> Self:
        # The address of a calendar is a secret, and travels with each reading of it.
        if self.public_url and self.app_env is not AppEnv.DEV and self.public_url[:5] != "https":
            raise ValueError("PUBLIC_URL must be https outside dev")
        return self

    @property
    def checks_tokens(self) -> bool:
        """Only the API does."""
        return Component.API in self.components

    @property
    def components(self) -> frozenset[Component]:
        """The parts to run."""
        return frozenset(Component(name) for name in self.scheduler_components.split(","))
