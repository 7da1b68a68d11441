"""The envelope of every message: CloudEvents 1.0 in JSON, structured mode."""

from typing import Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.fields import UtcDatetime

CONTENT_TYPE = "application/cloudevents+json"

Data = TypeVar("Data", bound="EventData")


class EventData(BaseModel):
    """What an event tells; within a version only optional fields are added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Envelope(BaseModel, Generic[Data]):
    """CloudEvents attributes, with our extensions `practiceid`, `correlationid`, `traceparent`.

    `id` is stable over every repetition of the same event: consumers deduplicate on it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,200}$")
    source: str = Field(min_length=1, max_length=200)
    type: str
    subject: str = Field(min_length=1, max_length=200)
    time: UtcDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    practiceid: UUID
    correlationid: str = Field(min_length=1, max_length=64)
    traceparent: str | None = Field(default=None, max_length=64)
    data: Data
