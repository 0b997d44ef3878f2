"""Intellectual property."""

from __future__ import annotations

import pytest

from matchmaker.language.property_rights import KINDS, read_property_rights


@pytest.mark.parametrize(
    ("text", "rights"),
    [
        ("授权发明专利6件", [("发明专利", 6, "授权")]),
        ("软件著作权2项，发明专利1件", [("软件著作权", 2, ""), ("发明专利", 1, "")]),
        ("ZL20211******.7等3件", [("专利", 3, "授权")]),
        ("ZL202110123456.7", [("专利", 1, "授权")]),
        ("发明专利3件，另有2件实审", [("发明专利", 3, "")]),
        ("发明专利3件，均已授权", [("发明专利", 3, "授权")]),
        ("专利2件（授权）", [("专利", 2, "授权")]),
        (
            "已申请3项发明专利，授权实用新型专利２项",
            [("发明专利", 3, "申请"), ("实用新型", 2, "授权")],
        ),
        ("发明专利五件，已受理", [("发明专利", 5, "")]),
        ("发明专利（实审）", [("发明专利", None, "受理")]),
        ("发明专利公开2项", [("发明专利", 2, "受理")]),
        ("植物新品种权2项", [("植物新品种", 2, "")]),
        ("技术秘密", [("专有技术", None, "")]),
        ("参与制定国家标准2项", [("标准", 2, "")]),
        ("申请中", [("", None, "申请")]),
        ("已授权", [("", None, "授权")]),
        ("未授权", []),
        ("无", []),
        ("", []),
    ],
)
def test_rights(text: str, rights: list[tuple[str, int | None, str]]) -> None:
    read = read_property_rights(text)
    assert [(one.kind, one.count, one.status) for one in read] == rights
    assert {one.kind for one in read} <= {*KINDS, ""}


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("授权发明专利6件，均为学院单独所有", "均为学院单独所有"),
        ("发明专利5件，校企共有1件", "校企共有"),
        ("发明专利5件", ""),
    ],
)
def test_owners(text: str, owner: str) -> None:
    assert read_property_rights(text)[0].owner == owner
