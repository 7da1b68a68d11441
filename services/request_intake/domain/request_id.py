"""The id of a request: the same key of the same caller is the same request, without any state."""

import json
from typing import Final
from uuid import UUID, uuid4, uuid5

_NAMESPACE: Final = UUID("6f1b8f0a-54c7-5d0e-9d8e-2f6a0c1b7e11")


def request_id(practice_id: UUID, caller: str, idempotency_key: str | None) -> UUID:
    """Return UUIDv5 of practice, caller and key; without a key, a random UUIDv4.

    The three are joined as JSON, so that no two different triples read the same.
    """
    if idempotency_key is None:
        return uuid4()
    return uuid5(_NAMESPACE, json.dumps([str(practice_id), caller, idempotency_key]))
