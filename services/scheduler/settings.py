"""The scheduler's environment; nothing else reads it."""

from enum import StrEnum

from pydantic import Field, field_validator

from services.scheduler.mongo.store import DATABASE
from shared.settings import AuthSettings, MongoSettings, ServiceSettings


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

    @field_validator("scheduler_components")
    @classmethod
    def _known(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")]
        if not set(names) <= set(Component):
            raise ValueError("SCHEDULER_COMPONENTS takes api, worker and relay")
        return ",".join(names)

    @property
    def checks_tokens(self) -> bool:
        """Only the API does."""
        return Component.API in self.components

    @property
    def components(self) -> frozenset[Component]:
        """The parts to run."""
        return frozenset(Component(name) for name in self.scheduler_components.split(","))
