"""Whether stored photos and voice notes are in their files and can be opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute
from grid_app.ports import AttachmentFiles
from grid_app.security.fields import FieldCipherError
from grid_app.services.upkeep.doctor import Check

NAME: Final = "照片和语音"
LOST: Final = "打不开的照片和语音再也看不到、听不到;文字和办理记录不受影响"
FEW: Final = 200
NAMED: Final = 3


@dataclass(frozen=True)
class _Seen:
    """What was found of the files looked at: ids of those that are gone and of those that cannot be opened."""

    gone: list[UUID]
    sealed: list[UUID]


def check_attachments(
    session: Session, *, files: AttachmentFiles, chance: Random, advance: Callable[[str, float], None]
) -> Check:
    """Return whether the files of complete attachments are here and open: of all while they are few, else of some.

    Parameters
    ----------
    session : Session
        Only asks.
    files : AttachmentFiles
        Where they are kept.
    chance : Random
        Draws which of many are looked at.
    advance : callable
        Is told of each file that was looked at, as its part of one.
    """
    complete = session.scalars(
        select(Attachment.id).where(Attachment.completed_at.is_not(None)).order_by(Attachment.id)
    ).all()
    if not complete:
        return Check(NAME, ok=True, found="还没有照片和语音", lost=LOST)
    looked_at = complete if len(complete) <= FEW else chance.sample(complete, FEW)
    seen = _look(looked_at, files, advance)
    told = f"共 {len(complete)} 个," + ("全部检查" if len(looked_at) == len(complete) else f"随机抽查 {FEW} 个")
    if not seen.gone and not seen.sealed:
        return Check(NAME, ok=True, found=f"{told},都能打开", lost=LOST)
    return Check(NAME, ok=False, found=f"{told}:{_problems(session, seen)}", lost=LOST)


def _look(ids: Sequence[UUID], files: AttachmentFiles, advance: Callable[[str, float], None]) -> _Seen:
    seen = _Seen([], [])
    for attachment_id in ids:
        try:
            if files.whole(attachment_id) is None:
                seen.gone.append(attachment_id)
        except (FieldCipherError, OSError):
            seen.sealed.append(attachment_id)
        advance("正在检查照片和语音", 1 / len(ids))
    return seen


def _problems(session: Session, seen: _Seen) -> str:
    """Return what is wrong and what to do about it."""
    told = ""
    if seen.gone:
        told += (
            f"{len(seen.gone)} 个文件不见了({_named(session, seen.gone)})。"
            "请从备份恢复实例目录里的 attachments/;几台服务器共用时,先看共用目录是否挂上了。"
        )
    if seen.sealed:
        told += (
            f"{len(seen.sealed)} 个文件打不开({_named(session, seen.sealed)})。"
            "请检查字段密钥是不是原来的、文件能不能读;文件损坏的,从备份恢复。"
        )
    return told


def _named(session: Session, ids: Sequence[UUID]) -> str:
    """Return the first few with the number of their dispute."""
    rows = session.execute(
        select(Dispute.case_code, Attachment.id)
        .join(Attachment, Attachment.dispute_id == Dispute.id)
        .where(Attachment.id.in_(ids[:NAMED]))
        .order_by(Dispute.case_code, Attachment.id)
    )
    words = [f"{row.case_code} 的 {row.id}" for row in rows]
    return "、".join(words) + ("等" if len(ids) > NAMED else "")
