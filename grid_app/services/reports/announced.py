"""What a report announces of its photos and voice notes: how many, how large, of which kind, under which digest."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from grid_app.services.reports.values import Key

MOST: Final = {"photo": 6, "voice": 3}
LARGEST: Final = {"photo": 2 * 1024 * 1024, "voice": 4 * 1024 * 1024}
TYPES: Final = {"photo": ("image/jpeg", "image/webp"), "voice": ("audio/webm", "audio/mp4", "audio/ogg")}
WORDS: Final = {"photo": "照片", "voice": "语音"}


class AttachmentContent(BaseModel):
    """A photo or voice note that will be sent after the report; its bytes come by an address of their own."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: Key
    kind: Literal["photo", "voice"]
    type: Literal["image/jpeg", "image/webp", "audio/webm", "audio/mp4", "audio/ogg"]
    bytes: Annotated[int, Field(ge=1, le=max(LARGEST.values()))]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    @model_validator(mode="after")
    def _fits_its_kind(self) -> AttachmentContent:
        word, largest = WORDS[self.kind], LARGEST[self.kind]
        if self.type not in TYPES[self.kind]:
            raise PydanticCustomError("sentence", f"{word}的格式不对,可以用 {'、'.join(TYPES[self.kind])}。")
        if self.bytes > largest:
            raise PydanticCustomError("sentence", f"{word}太大,一份最多 {largest // 2**20} MB。请缩小或重录。")
        return self


def within_number(told: list[AttachmentContent]) -> list[AttachmentContent]:
    """Return what was announced, when it is not too many of a kind and no id stands twice."""
    counted: Counter[str] = Counter(one.kind for one in told)
    for kind, most in MOST.items():
        if counted[kind] > most:
            raise PydanticCustomError("sentence", f"{WORDS[kind]}最多 {most} 份,请去掉几份再发。")
    if len({one.id for one in told}) < len(told):
        raise PydanticCustomError("sentence", "有两份照片或语音用了同一个编号。请去掉一份重新添加。")
    return told
