"""Request intake's environment; nothing else reads it."""

from pydantic import Field, IPvAnyNetwork

from services.request_intake.rate_limits import RateLimits
from shared.settings import AuthSettings, ServiceSettings


class IntakeSettings(ServiceSettings, AuthSettings):
    """No database here: this service faces the internet.

    `trusted_proxies` are the networks of the proxies in front, whose `X-Forwarded-For` is believed;
    without any, nobody's is.
    """

    http_port: int = Field(default=8000, ge=1, le=65_535)
    scheduler_url: str = Field(default="http://127.0.0.1:8001", pattern=r"^https?://[^\s]+$")
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()
    reads_per_minute: int = Field(default=300, ge=1)
    writes_per_minute: int = Field(default=30, ge=1)
    calls_per_minute_of_address: int = Field(default=1200, ge=1)
    calls_per_minute_of_portal: int = Field(default=1200, ge=1)

    def rate_limits(self) -> RateLimits:
        """Return the limits on calls that these settings describe."""
        return RateLimits(
            reads=self.reads_per_minute,
            writes=self.writes_per_minute,
            of_address=self.calls_per_minute_of_address,
            of_portal=self.calls_per_minute_of_portal,
        )
