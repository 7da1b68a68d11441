"""What answers about records have in common: their version, and where an added one is."""

from http import HTTPStatus
from uuid import UUID

from fastapi import Response


def set_etag(response: Response, version: int) -> None:
    """Tell the version, which a change of the record sends back as `If-Match`."""
    response.headers["ETag"] = f'"{version}"'


def set_added(response: Response, path: str, identifier: UUID, *, repeated: bool) -> None:
    """Tell where the record is; a call that found it there added nothing."""
    response.headers["Location"] = f"{path}/{identifier}"
    if repeated:
        response.status_code = HTTPStatus.OK
