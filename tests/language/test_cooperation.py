"""Modes of cooperation and whether they go together."""

from __future__ import annotations

import pytest

from matchmaker.language.cooperation import (
    MODES,
    compatible,
    modes_of,
    read_cooperation,
    wished_cooperation,
)


@pytest.mark.parametrize(
    ("text", "modes"),
    [
        ("技术转让", ["技术转让"]),
        ("技术许可（独占）", ["独占许可"]),
        ("排他", ["排他许可"]),
        ("技术许可(普通)", ["普通许可"]),
        ("非独占许可", ["普通许可"]),
        ("开放许可", ["开放许可"]),
        ("专利实施许可", ["技术许可"]),
        ("作价入股", ["作价入股"]),
        ("入股均可", ["作价入股", "面议"]),
        ("联合攻关", ["合作开发"]),
        ("产学研合作", ["合作开发"]),
        ("技术转让或合作", ["技术转让", "合作开发"]),
        ("委托开发或购买", ["委托开发", "技术引进"]),
        ("技术引进", ["技术引进"]),
        ("购买配方", ["技术引进"]),
        ("总承包", ["技术服务"]),
        ("诊断", ["技术服务"]),
        ("咨询", ["技术咨询"]),
        ("合资建厂", ["合作实施"]),
        ("不限", ["面议"]),
        ("不接受转让", []),
        ("许可，许可", ["技术许可"]),
        ("", []),
        ("线上", []),
    ],
)
def test_modes(text: str, modes: list[str]) -> None:
    read = [one.mode for one in read_cooperation(text)]
    assert read == modes
    assert MODES.issuperset(read)


def test_modes_of_several_values() -> None:
    assert modes_of(("技术引进", "合作开发均可")) == {"技术引进", "合作开发", "面议"}
    assert modes_of(()) == frozenset()


@pytest.mark.parametrize(
    ("text", "modes"),
    [
        ("希望与高校联合开发一种材料", ["合作开发"]),
        ("公司计划引进相关技术", ["技术引进"]),
        ("需求技术咨询", ["技术咨询"]),
        ("希望联合开发；拟引进技术", ["合作开发", "技术引进"]),
        ("已与大学合作开发多年", []),
        ("希望降低成本。公司合作开发经验丰富", []),
        ("炉温波动大", []),
    ],
)
def test_wishes_in_running_text(text: str, modes: list[str]) -> None:
    assert [one.mode for one in wished_cooperation(text)] == modes


@pytest.mark.parametrize(
    ("need", "offer", "value"),
    [
        # 引进 and 购买 go with 转让, 许可 and 作价.
        ("引进", "转让", 1.0),
        ("购买", "独占许可", 1.0),
        ("引进", "作价入股", 1.0),
        ("引进", "咨询", -1.0),
        ("引进", "合作开发", -1.0),
        # Joint and commissioned development go with development, 合作实施 and 作价.
        ("联合开发", "合作开发", 1.0),
        ("委托开发", "合作开发", 1.0),
        ("合作开发", "合作实施", 1.0),
        ("委托开发", "作价", 1.0),
        ("合作开发", "转让", -1.0),
        # 诊断 and 咨询 go with 咨询 and 服务.
        ("诊断", "咨询", 1.0),
        ("咨询", "服务", 1.0),
        ("咨询", "转让", -1.0),
        # Near ways of buying.
        ("转让", "转让", 1.0),
        ("转让", "许可", 0.5),
        ("许可", "普通许可", 1.0),
        ("独占许可", "普通许可", 0.5),
        ("独占许可", "许可", 1.0),
        # One fitting pair is enough.
        ("转让、咨询", "服务、合作开发", 1.0),
        # Open on a side: never against, and alone not for either.
        ("不限", "转让", None),
        ("转让", "面议", None),
        ("转让、不限", "咨询", None),
        ("转让", "咨询、面议", None),
        ("转让、不限", "转让", 1.0),
        ("", "转让", None),
        ("转让", "", None),
    ],
)
def test_compatible(need: str, offer: str, value: float | None) -> None:
    assert compatible(modes_of([need]), modes_of([offer])) == value
