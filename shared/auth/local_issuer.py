"""An issuer for development: it signs whatever it is asked to, so only `APP_ENV=dev` accepts it."""

import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from shared.auth.tokens import LocalKeySet

LOCAL_ISSUER: Final = "urn:openchair:local-issuer"
TOKEN_LIFETIME: Final = timedelta(hours=12)


class LocalIssuer:
    """Holds the private key of the local issuer."""

    def __init__(self, private_jwk: Mapping[str, str]) -> None:
        self._private = jwt.PyJWK(dict(private_jwk), algorithm="ES256")
        public = {name: value for name, value in private_jwk.items() if name != "d"}
        self.keys = LocalKeySet(jwt.PyJWK(public, algorithm="ES256"))

    @classmethod
    def load(cls, key_file: Path) -> "LocalIssuer":
        """Read the key; raises OSError or ValueError where there is none."""
        try:
            return cls(json.loads(key_file.read_text(encoding="utf-8")))
        except (jwt.PyJWTError, TypeError, AttributeError, KeyError) as error:
            raise ValueError("not the key of a local issuer") from error

    @staticmethod
    def create_key(key_file: Path) -> None:
        """Write a new key, readable by the owner alone, unless there is one already."""
        if key_file.exists():
            return
        key_file.parent.mkdir(parents=True, exist_ok=True)
        private: dict[str, str] = ECAlgorithm.to_jwk(
            ec.generate_private_key(ec.SECP256R1()), as_dict=True
        )
        descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({**private, "kid": uuid4().hex, "use": "sig", "alg": "ES256"}, file)

    def sign(self, claims: Mapping[str, object], *, audience: str, now: datetime) -> str:
        """Return a token with these claims, valid for twelve hours from `now` (aware)."""
        return jwt.encode(
            {
                **claims,
                "iss": LOCAL_ISSUER,
                "aud": audience,
                "iat": now,
                "exp": now + TOKEN_LIFETIME,
            },
            self._private,
            algorithm="ES256",
            headers={"kid": self._private.key_id},
        )
