"""Bearer authentication (RFC 6750) for FastAPI routes."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.auth.actors import Actor
from shared.auth.tokens import KeysUnavailable, TokenRefused, TokenVerifier
from shared.http.problems import Problem

_scheme = HTTPBearer(auto_error=False, description="A JWT of the practice's identity provider.")


class BearerAuthentication:
    """A dependency that answers who is asking, or a problem."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    async def __call__(
        self, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]
    ) -> Actor:
        """Return the actor of the request's token."""
        return await self._actor_of(credentials.credentials if credentials else "")

    async def of(self, authorization: str) -> Actor:
        """Return the actor of an `Authorization` header, or of an empty one where there is none."""
        scheme, _, token = authorization.partition(" ")
        return await self._actor_of(token if scheme.lower() == "bearer" else "")

    async def _actor_of(self, token: str) -> Actor:
        if not token:
            raise _unauthorized("token-missing", "A bearer token is needed.", "")
        try:
            return await self._verifier.verify(token)
        except TokenRefused as error:
            if error.expired:
                raise _unauthorized(
                    "token-expired", "The token has expired: sign in again.", "invalid_token"
                ) from None
            raise _unauthorized(
                "token-invalid", "The token is not valid here.", "invalid_token"
            ) from None
        except KeysUnavailable:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "identity-provider-unavailable",
                "Tokens cannot be checked just now.",
                headers={"Retry-After": "5"},
            ) from None


def _unauthorized(code: str, detail: str, error: str) -> Problem:
    challenge = f'Bearer error="{error}"' if error else "Bearer"
    return Problem(HTTPStatus.UNAUTHORIZED, code, detail, headers={"WWW-Authenticate": challenge})
