"""What every input of the API has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Input(BaseModel):
    """A body; a field that is not known is refused, since it is somebody's slip."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Minutes = Annotated[int, Field(ge=5, le=720, strict=True)]
"""The length of an appointment: from five minutes to twelve hours."""
