"""Kinds of organisations."""

from __future__ import annotations

import pytest

from matchmaker.language.organisation_types import kinds_of, read_organisation_types


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("专精特新", ["专精特新"]),
        ("省级“专精特新”企业", ["专精特新"]),
        ("国家级专精特新“小巨人”企业", ["专精特新小巨人"]),
        ("小巨人", ["专精特新小巨人"]),
        ("行业龙头", ["龙头企业"]),
        ("国家高新技术企业、科技型中小企业", ["高新技术企业", "科技型中小企业"]),
        ("制造业单项冠军", ["单项冠军"]),
        ("国有控股上市公司", ["国有企业", "上市公司"]),
        ("非上市民营企业", ["民营企业"]),
        ("央企", ["中央企业"]),
        ("规上企业", ["规模以上企业"]),
        ("有限责任公司", []),
        ("", []),
    ],
)
def test_kinds(text: str, kinds: list[str]) -> None:
    assert [one.kind for one in read_organisation_types(text)] == kinds


def test_what_a_kind_implies() -> None:
    assert kinds_of("小巨人") == {"专精特新小巨人", "专精特新"}
    assert kinds_of("专精特新") == {"专精特新"}
    assert kinds_of("央企") == {"中央企业", "国有企业"}
