"""What every part of a study is: frozen, and closed to keys that it doesn't know."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=1, le=36_525)]


class Part(BaseModel):
    """A part of a study: frozen, and closed to keys that it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
