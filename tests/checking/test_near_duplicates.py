from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matchmaker.checking.duplicates import EXACT, NEAR, duplicate_groups, find_duplicates
from matchmaker.checking.fingerprints import SURE, candidate_pairs, fingerprints
from matchmaker.records import Need, read_needs

REAL = Path(__file__).parents[3] / "shared/data/bdci2019/needs.jsonl"
BODY = (
    "酸轧机组出口的表检仪使用八年，乳化液残留和水渍被当成缺陷，误报率三成半，工人不看报警。"
    "希望在原有机架上更换相机和算法，自动分类并按卷输出质量等级。"
)
OTHER = "矿井涌水含氟高于外排标准，投加聚合铝沉淀药费高、污泥压不干，请推荐费用低的深度处理技术。"


def need(number, title="带钢表面检测误报", body=BODY, **values):
    return Need(id=f"N{number}", title=title, body=body, **values)


def levels(*needs):
    return {(pair.first, pair.second): pair.level for pair in find_duplicates(needs)}


def test_exact_whatever_the_spelling_of_signs():
    wide = BODY.replace("，", " , ").replace("三成半", "三成\u200b半".replace("\u200b", ""))
    assert levels(need(1), need(2, body=wide), need(3, body=OTHER)) == {(0, 1): EXACT}


def test_equal_bodies_under_other_titles_are_exact_if_long():
    assert levels(need(1), need(2, title="表检仪升级")) == {(0, 1): EXACT}
    assert levels(need(1, body="见附件"), need(2, title="矿井水除氟", body="见附件")) == {}
    assert levels(need(1, body=""), need(2, body="无")) == {(0, 1): EXACT}


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace("希望", "想要").replace("使用八年", "用了八年"),
        BODY.split("。")[1] + "。" + BODY.split("。")[0] + "。",
        BODY + "本需求由科技局汇总，欢迎各高校与我们联系。",
        BODY[:60],
    ],
)
def test_edits_are_near(body):
    assert levels(need(1), need(2, body=body), need(3, body=OTHER)) == {(0, 1): NEAR}


def test_one_form_with_two_objects_is_related_only():
    form = (
        "我公司年产{0}二十万吨，{0}生产线电耗占成本四成，希望引入{0}生产优化控制技术，"
        "综合能耗降低一成以上。"
    )
    one = need(1, title="电石生产节能", body=form.format("电石"))
    other = need(2, title="烧碱生产节能", body=form.format("烧碱"))
    assert levels(one, other) == {(0, 1): "related"}


def test_an_exchanged_usual_word_is_no_other_object():
    body = f"公司有机组两条。公司试过调光。{BODY}"
    edited = body.replace("公司", "企业")
    assert levels(need(1, body=body), need(2, body=edited)) == {(0, 1): NEAR}


def test_groups_and_what_to_keep():
    needs = [
        need(1, title="表检仪升级"),
        need(2, body=OTHER, title="矿井水除氟"),
        need(3, budget="50万元"),
        need(4, body=BODY + "联系人见附表。"),
    ]
    (group,) = duplicate_groups(needs, find_duplicates(needs))
    assert group.members == (0, 2, 3)
    assert group.keep == 2
    assert group.level == NEAR
    assert 0.5 < group.similarity < 1


def test_one_organisation_is_told():
    one = need(1, organisation="冠屿薄板有限公司")
    other = need(2, organisation="冠屿薄板（集团）公司", body=BODY + "联系人见附表。")
    (pair,) = find_duplicates([one, other])
    assert pair.same_organisation


def test_nothing_to_compare():
    assert find_duplicates([]) == ()
    assert find_duplicates([need(1)]) == ()


def test_many_copies_are_one_group():
    needs = [need(number, body=f"{BODY}第{number}批汇总。") for number in range(300)]
    pairs = find_duplicates(needs)
    (group,) = duplicate_groups(needs, pairs)
    assert len(group.members) == 300
    # Far from 300 * 299 / 2.
    assert len(pairs) < 300 * 30


def test_a_shared_stretch_is_a_shared_fingerprint():
    rng = np.random.default_rng(0)

    def noise(length):
        return "".join(map(chr, rng.integers(0x4E00, 0x9FA5, length)))

    for length in (SURE, 40):
        stretch = noise(length)
        texts = [noise(30) + stretch + noise(17), stretch + noise(200)]
        row, mark = fingerprints(texts)
        assert set(mark[row == 0]) & set(mark[row == 1])


def test_candidates_by_key_alone():
    texts = ["甲乙丙丁戊己庚辛", "子丑寅卯辰巳午未", "金木水火土金木水"]
    assert candidate_pairs(texts).tolist() == []
    assert candidate_pairs(texts, keys=["x", "", "x"]).tolist() == [[0, 2]]
    assert candidate_pairs(["", "", "短"]).tolist() == []


@pytest.mark.skipif(not REAL.exists(), reason="the real needs are not here")
def test_all_groups_of_a_real_list_are_found():
    needs = read_needs(REAL)
    pairs = find_duplicates(needs)
    groups = duplicate_groups(needs, pairs)
    assert sum(group.level == EXACT for group in groups) == 22


def test_a_new_title_for_the_same_text_is_no_other_object():
    edited = BODY.replace("希望", "想要")
    assert levels(need(1), need(2, title="表检仪升级改造", body=edited)) == {(0, 1): NEAR}
