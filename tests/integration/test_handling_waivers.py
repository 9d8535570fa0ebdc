"""Nothing is signed away: a text that waives a right cannot be saved, one that protects a right can."""

from __future__ import annotations

import pytest

from grid_app.errors import InvalidError
from grid_app.models.disputes import Dispute
from grid_app.services.handling import steps as handling
from grid_app.services.handling.steps import Closure, Step
from grid_app.services.matters.waivers import waiver_in
from tests.builders import add_dispute
from tests.world import NOW

GOOD = Closure("agreement_performed", "人民调解法第三十一条", "租金已付清,双方签收。")


def step_of(session, world, who: str, dispute: Dispute) -> Step:
    return Step(dispute.id, world.actor(session, who), dispute.version, NOW)


WAIVERS = [
    "当事人保证不再上访",
    "签订息诉息访协议书",
    "双方永不追究并永不反映",
    "乙方自愿放弃起诉的权利",
    "不得向上级部门反映此事",
    "承诺不 再 信 访",
    "甲方放弃一切诉讼权利",
]


@pytest.mark.parametrize("words", WAIVERS)
@pytest.mark.parametrize("field", ["note", "legal_basis"])
def test_no_right_is_signed_away_at_closing(session, world, words: str, field: str):
    dispute = add_dispute(session, world, state="handling")
    texts = {"legal_basis": GOOD.legal_basis, "note": GOOD.outcome, field: f"租金已付清。{words}"}

    with pytest.raises(InvalidError, match="放弃权利") as refused:
        handling.close(
            session,
            step_of(session, world, "township_lead", dispute),
            closure=Closure("agreement_performed", texts["legal_basis"], texts["note"]),
        )

    assert list(refused.value.fields) == [field]
    assert "人民调解法第三条第三项" in refused.value.fields[field]
    assert dispute.state == "handling"


def test_no_right_is_signed_away_in_a_record_of_work(session, world):
    dispute = add_dispute(session, world, state="accepted")

    with pytest.raises(InvalidError, match="放弃权利"):
        handling.record_work(
            session, step_of(session, world, "township_lead", dispute), note="当事人写了保证,今后不再上访"
        )


HARMLESS = [
    "不得因调解而阻止当事人依法通过仲裁、行政、司法等途径维护自己的权利",
    "已告知可以向法院起诉,也可以申请仲裁",
    "双方互不追究,租金一次付清",
    "不得限制当事人信访",
    "乙方放弃优先租赁,由甲方另租",
    "路灯修好了,村民没有别的意见",
]


@pytest.mark.parametrize("words", HARMLESS)
def test_words_that_protect_a_right_or_dispose_of_a_claim_are_not_waivers(words: str):
    assert waiver_in(words) is None
