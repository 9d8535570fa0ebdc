"""Earlier matters in words: what failed, what was agreed, what was done of it and what was not."""

from __future__ import annotations

from grid_app.queries.earlier import EarlierMatter, Promised
from grid_app.vocabulary.words import CLOSURE_WORDS, STATE_WORDS
from grid_app.web.dispute_words import excerpt, state_tone
from grid_app.web.wording import local_date


def earlier_row(one: EarlierMatter) -> dict[str, object]:
    """Return one linked matter as its card shows it."""
    linked = one.linked
    return {
        "id": linked.line.id,
        "code": linked.line.case_code,
        "day": local_date(linked.line.received_at),
        "matter": excerpt(linked.line.summary, signs=60),
        "state": STATE_WORDS[linked.line.state],
        "tone": state_tone(linked.line.state),
        "is_earlier": one.is_earlier,
        "told": ";".join(told_of(one)),
        "promised": [_promised(promise) for promise in one.promised],
    }


def told_of(one: EarlierMatter) -> list[str]:
    """Return what is worth knowing before it is tried again."""
    linked, told = one.linked, []
    if linked.failed:
        told.append(f"调解失败过 {linked.failed} 次")
    open_terms = [promise for promise in one.promised if promise.done_on is None]
    if open_terms:
        told.append(f"达成过协议,{len(open_terms)} 条没有履行")
    elif linked.agreed and not linked.performed and not one.promised:
        told.append("达成过协议,没有履行的记录")
    elif one.promised or linked.performed:
        told.append("协议履行过")
    if linked.closure_ground:
        told.append(f"办结依据:{CLOSURE_WORDS.get(linked.closure_ground, '')}")
    return told


def _promised(promise: Promised) -> str:
    done = f"{local_date(promise.done_on)}做到" if promise.done_on else "没有做到"
    return f"{promise.what}(约定 {local_date(promise.due_on)}以前):{done}"
