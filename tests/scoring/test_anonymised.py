"""A ranking without names: nothing of a name is left, and nothing else is lost."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from matchmaker import Achievement, Matcher, Matches, Need
from matchmaker.errors import ConfigError
from matchmaker.scoring.anonymised import anonymous_pairs

NEED = Need(
    id="N1",
    title="宏砺牌轴承钢连铸坯中心偏析",
    body="宏砺特钢股份有限公司生产GCr15轴承钢，连铸坯中心偏析指数1.15，要求≤1.08。"
    "联系人：张三，13812345678。",
    organisation="宏砺特钢股份有限公司",
    region="辽宁省本溪市平山区工业路8号",
    budget="500万元",
    cooperation=("合作开发",),
    extra={"联系电话": "024-12345678", "邮箱": "zs@hongli.example"},
)
ACHIEVEMENT = Achievement(
    id="A1",
    title="轴承钢连铸坯偏析控制",
    body="北岭冶金学院为宏砺特钢开发，轴承钢中心偏析指数≤1.06，李四教授团队完成。",
    organisation="北岭冶金学院",
    team="李四",
    region="辽宁省鞍山市",
    price="80万元",
    cooperation=("合作开发",),
)
NAMES = re.compile("宏砺|张三|李四|北岭|1381234|12345678|hongli|平山|工业路")


@pytest.fixture(scope="module")
def matches() -> Matches:
    matcher = Matcher()
    matcher.add([ACHIEVEMENT])
    return matcher.match([NEED])


def test_no_name_is_left_in_any_output(matches: Matches, tmp_path: Path) -> None:
    other = matches.anonymised()
    paths = [tmp_path / f"x{ending}" for ending in (".jsonl", ".csv", ".html")]
    for path in paths:
        matches.write(path)
        assert NAMES.search(path.read_text(encoding="utf-8-sig"))
        other.write(path)
        assert not NAMES.search(path.read_text(encoding="utf-8-sig")), path
    assert not NAMES.search(json.dumps([m.need.to_dict() for m in other], ensure_ascii=False))


def test_everything_else_stays(matches: Matches) -> None:
    before, after = matches[0], matches.anonymised()[0]
    assert (after.score, after.grade, after.rank) == (before.score, before.grade, before.rank)
    assert after.sectors == before.sectors
    assert after.need.region == "辽宁省本溪市"
    assert after.need.budget == "500万元"
    assert "GCr15轴承钢" in after.need.body
    assert "≤1.08" in after.need.body
    assert after.need.organisation == "企业001"
    assert {term.term for term in before.shared_terms} - {
        term.term for term in after.shared_terms
    } <= {"宏砺"}


def test_the_explanation_is_the_same_without_names(matches: Matches) -> None:
    before, match = matches[0].explain(), matches.anonymised()[0]
    after = match.explain()
    assert [(part.name, part.value) for part in after.parts] == [
        (part.name, part.value) for part in before.parts
    ]
    assert sum(part.value for part in after.parts) == pytest.approx(match.score, abs=1e-9)
    assert not NAMES.search(repr(after))
    spans = [span for part in after.parts for one in part.evidence for span in one.spans]
    assert spans
    for span in spans:
        record = match.need if span.side == "need" else match.achievement
        assert getattr(record, span.field)[span.start : span.end] == span.text
    region = next(part for part in after.parts if part.name == "region").evidence[0]
    assert (region.need, region.achievement) == ("辽宁省本溪市", "辽宁省鞍山市")


def test_the_sample_keeps_its_scores_and_loses_its_owners(sample_matches: Matches) -> None:
    other = sample_matches.anonymised(lang="en")
    np.testing.assert_array_equal(other.columns.score, sample_matches.columns.score)
    owners = {need.organisation for need in sample_matches.needs if need.organisation}
    shown = json.dumps([need.to_dict() for need in other.needs], ensure_ascii=False)
    assert not [owner for owner in owners if owner in shown]
    assert other.needs[0].organisation == "Enterprise 001"
    assert other.summary is not None
    assert other.summary.needs_report is None


def test_pairs_to_judge_keep_their_ids() -> None:
    odd = Need(id="宏砺-1", title="宏砺轴承钢偏析", organisation="宏砺特钢股份有限公司")
    ((need, achievement),) = anonymous_pairs([(odd, ACHIEVEMENT)])
    assert (need.id, achievement.id) == ("宏砺-1", "A1")
    assert "宏砺" not in need.title


def test_constraints_are_told_without_names(tmp_path: Path) -> None:
    matcher = Matcher()
    matcher.add([ACHIEVEMENT])
    given = matcher.match(
        [NEED],
        require=["organisation!=某某重工"],
        prefer=["organisation~北岭", "region=辽宁省鞍山市铁东区", "price<=100万元"],
    )
    other = given.anonymised()
    assert other.summary is not None
    assert other.summary.preferences == ("organisation~…", "region=辽宁省鞍山市", "price<=100万元")
    assert other.summary.eligibility is not None
    assert [count.constraint for count in other.summary.eligibility.counts] == ["organisation!=…"]
    for ending in (".html", ".jsonl", ".csv"):
        other.write(tmp_path / f"x{ending}")
        text = (tmp_path / f"x{ending}").read_text(encoding="utf-8-sig")
        assert not re.search("北岭|铁东|某某重工", text)


def test_what_is_redacted_cannot_be_asked_for(matches: Matches) -> None:
    match = matches.anonymised()[0]
    for term in ("宏砺", "没有这个词"):
        with pytest.raises(ConfigError, match=f"does not say '{term}'"):
            match.without(term)
    assert match.without("偏析") == matches[0].without("偏析")
