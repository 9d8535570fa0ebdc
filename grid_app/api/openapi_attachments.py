"""The answer about one photo or voice note, as the views use it and as the description shows it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class AttachmentAnswer(BaseModel):
    """One attachment: ``received`` bytes of ``bytes`` are safe; ``complete`` when its ``sha256`` was right as well.

    ``outcome`` is empty in the answer to a question, else ``received``, ``accepted`` or ``already_have``.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    type: str
    bytes: int
    sha256: str
    received: int
    complete: bool
    outcome: str
