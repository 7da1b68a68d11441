"""JWT bearer tokens: issuer, audience, expiry and algorithm checked, then read as an actor."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.auth.actors import Actor, ClientActor, ProspectiveClientActor, Role, StaffActor

ALGORITHMS: Final = ("ES256", "RS256")
PROSPECTIVE_SCOPE: Final = "portal:prospective"
_LEEWAY_SECONDS: Final = 10
_KEY_SET_SECONDS: Final = 300
_FETCH_SECONDS: Final = 3
_GOOD_SECONDS: Final = 60
_MOST_GOOD: Final = 20_000


class TokenRefused(Exception):
    """The token does not prove who is asking; `expired` when that is the only fault known."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("expired" if expired else "invalid")
        self.expired = expired


class KeysUnavailable(Exception):
    """The identity provider's keys cannot be had just now."""


class KeySource(Protocol):
    """Finds the key that a token says it was signed with."""

    async def key_for(self, token: str) -> jwt.PyJWK:
        """Return the key; raises TokenRefused or KeysUnavailable."""


class RemoteKeySet:
    """A provider's JWKS, cached; PyJWKClient is synchronous, so it runs in a thread."""

    def __init__(self, url: str) -> None:
        self._client = jwt.PyJWKClient(url, lifespan=_KEY_SET_SECONDS, timeout=_FETCH_SECONDS)

    async def key_for(self, token: str) -> jwt.PyJWK:
        """Return the key; a key id not seen before makes it fetch the set again."""
        try:
            return await asyncio.to_thread(self._client.get_signing_key_from_jwt, token)
        except jwt.PyJWKClientConnectionError as error:
            raise KeysUnavailable from error
        except jwt.PyJWTError as error:
            raise TokenRefused from error


class LocalKeySet:
    """Keys at hand; for the local issuer of development."""

    def __init__(self, *keys: jwt.PyJWK) -> None:
        self._keys = {key.key_id: key for key in keys}

    async def key_for(self, token: str) -> jwt.PyJWK:
        """Return the key."""
        try:
            return self._keys[jwt.get_unverified_header(token)["kid"]]
        except (jwt.PyJWTError, KeyError, TypeError) as error:
            raise TokenRefused from error


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore")

    sub: str = Field(min_length=1, max_length=255)
    exp: float
    practice_id: UUID
    role: Role | None = None
    staff_id: UUID | None = None
    client_id: UUID | None = None
    scope: str = ""

    def to_actor(self) -> Actor:
        if self.role is not None and self.staff_id is not None and self.client_id is None:
            until = self.exp + _LEEWAY_SECONDS
            return StaffActor(self.practice_id, self.sub, self.staff_id, self.role, until)
        if self.client_id is not None and self.role is None and self.staff_id is None:
            return ClientActor(self.practice_id, self.sub, self.client_id)
        nobody = self.role is None and self.staff_id is None and self.client_id is None
        if nobody and PROSPECTIVE_SCOPE in self.scope.split():
            return ProspectiveClientActor(self.practice_id, self.sub)
        raise TokenRefused


@dataclass(frozen=True, slots=True)
class _Good:
    actor: Actor
    until: float


class TokenVerifier:
    """Turns a bearer token into an actor.

    A token that was found good is not checked again for a minute, unless it expires before: what is
    kept is its digest, and a key set is believed for longer than that anyhow.
    """

    def __init__(self, keys: KeySource, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._good: OrderedDict[bytes, _Good] = OrderedDict()

    async def verify(self, token: str) -> Actor:
        """Return who the token stands for.

        Raises:
            TokenRefused: forged, expired, for somebody else, or without the claims we need.
            KeysUnavailable: it cannot be told now.

        """
        digest = hashlib.sha256(token.encode()).digest()
        good = self._good.get(digest)
        if good is not None and good.until > time.time():
            return good.actor
        actor, expires_at = await self._check(token)
        self._remember(digest, _Good(actor, min(expires_at, time.time() + _GOOD_SECONDS)))
        return actor

    def _remember(self, digest: bytes, good: "_Good") -> None:
        self._good[digest] = good
        self._good.move_to_end(digest)
        if len(self._good) > _MOST_GOOD:
            self._good.popitem(last=False)

    async def _check(self, token: str) -> tuple[Actor, float]:
        key = await self._keys.key_for(token)
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self._audience,
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            told = _Claims.model_validate(claims)
            return told.to_actor(), told.exp
        except jwt.ExpiredSignatureError as error:
            raise TokenRefused(expired=True) from error
        except (jwt.PyJWTError, ValidationError, ValueError, TypeError) as error:
            raise TokenRefused from error
