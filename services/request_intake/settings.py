"""Request intake's environment; nothing else reads it."""

from pydantic import Field

from shared.settings import AuthSettings, ServiceSettings


class IntakeSettings(ServiceSettings, AuthSettings):
    """No database here: this service faces the internet."""

    http_port: int = Field(default=8000, ge=1, le=65_535)
