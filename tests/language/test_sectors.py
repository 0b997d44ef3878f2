"""The sector registry against tables worked by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from matchmaker.errors import ConfigError
from matchmaker.language.sectors import OTHER, Sector, SectorLabel, SectorRegistry

SHIPPED = Path(__file__).parents[2] / "models" / "sectors" / "registry.json"


@pytest.fixture(scope="module")
def registry() -> SectorRegistry:
    return SectorRegistry.load(SHIPPED)


def test_the_shipped_registry_lists_the_five_sectors(registry: SectorRegistry) -> None:
    assert set(registry.names) == {"冶金", "信息技术", "智能制造", "生物医药", "精细化工"}
    assert registry.version


@pytest.mark.parametrize(
    ("declared", "sector"),
    [
        ("冶金", "冶金"),
        ("冶金行业", "冶金"),
        ("钢铁产业", "冶金"),
        ("Metallurgy", "冶金"),
        ("metallurgy", "冶金"),
        ("有色金属冶炼和压延加工业", "冶金"),
        ("新一代信息技术产业", "信息技术"),
        ("信息技术领域", "信息技术"),
        ("資訊技術", None),
        ("信息技術", "信息技术"),
        ("电子信息", "信息技术"),
        (" 人工 智能 ", "信息技术"),
        ("ＩＴ", "信息技术"),
        ("高端装备制造产业", "智能制造"),
        ("先进制造与自动化", "智能制造"),
        ("生物与新医药", "生物医药"),
        ("医药制造业", "生物医药"),
        ("大健康产业", "生物医药"),
        ("化学原料和化学制品制造业", "精细化工"),
        ("石油化工行业", "精细化工"),
        ("其他", OTHER),
        ("其它领域", OTHER),
        ("Other", OTHER),
        ("现代农业", None),
        ("产业", None),
        ("", None),
    ],
)
def test_resolve(registry: SectorRegistry, declared: str, sector: str | None) -> None:
    assert registry.resolve(declared) == sector


@pytest.mark.parametrize(
    ("code", "sectors"),
    [
        # IPC
        ("C22C 38/04", {"冶金"}),
        ("C22C38/04", {"冶金"}),
        ("c21d", {"冶金"}),
        ("G06V", {"信息技术"}),
        ("B25J 9/16", {"智能制造"}),
        ("A61K", {"生物医药"}),
        ("C07D 401/12", {"生物医药", "精细化工"}),
        ("G16H", {"信息技术", "生物医药"}),
        ("G01N 33/53", {"生物医药"}),
        ("G01N 21/88", set()),
        ("C09D", {"精细化工"}),
        ("A01G", set()),
        # GB/T 4754
        ("C3120", {"冶金"}),
        ("3120", {"冶金"}),
        ("C31", {"冶金"}),
        ("C3391", {"冶金"}),
        ("3394", set()),
        ("C3516", {"冶金", "智能制造"}),
        ("C3562", {"信息技术", "智能制造"}),
        ("I6510", {"信息技术"}),
        ("C3581", {"智能制造", "生物医药"}),
        ("C2710", {"生物医药"}),
        ("M7340", {"生物医药"}),
        ("C2614", {"精细化工"}),
        ("C2521", {"冶金", "精细化工"}),
        ("A0111", set()),
        # GB/T 13745
        ("450", {"冶金"}),
        ("450.40", {"冶金"}),
        ("520", {"信息技术"}),
        ("413", {"信息技术", "智能制造"}),
        ("4601530", {"智能制造"}),
        ("360", {"生物医药"}),
        ("530.11", {"精细化工"}),
        ("560", set()),
        # none of them
        ("", set()),
        ("钢铁", set()),
        ("C", set()),
    ],
)
def test_by_code(registry: SectorRegistry, code: str, sectors: set[str]) -> None:
    found = registry.by_code(code)
    assert set(found) == sectors
    assert list(found) == [name for name in registry.names if name in sectors]


@pytest.fixture
def small() -> SectorRegistry:
    return SectorRegistry(
        [
            Sector("海洋", "Marine", aliases=("船舶",), industry=("C373",)),
            Sector("农业", "Farming", aliases=("种业",), industry=("A",), ipc=("A01",)),
            Sector("旅游", "Tourism"),
        ],
        version="t-1",
    )


@pytest.mark.parametrize(
    ("sectors", "codes", "labels"),
    [
        (["种业"], [], [("农业", "declared")]),
        (["种业", "船舶", "海洋"], [], [("海洋", "declared"), ("农业", "declared")]),
        (["种业"], ["C3731"], [("农业", "declared")]),
        (["航天"], ["A0111", "C3731"], [("海洋", "code"), ("农业", "code")]),
        ([], ["A01G"], [("农业", "code")]),
        (["其他"], ["A01G"], [(OTHER, "declared")]),
        (["其他", "旅游"], [], [("旅游", "declared")]),
        (["航天"], ["C2710"], []),
        ([], [], []),
    ],
)
def test_declared(
    small: SectorRegistry,
    sectors: list[str],
    codes: list[str],
    labels: list[tuple[str, str]],
) -> None:
    found = small.declared(sectors, codes)
    assert found == tuple(SectorLabel(name, 1.0, origin) for name, origin in labels)


def write(path: Path, **changes: Any) -> Path:
    data: dict[str, Any] = {"format": 1, "version": "mine-3", "sectors": [{"name": "海洋"}]}
    path.write_text(json.dumps({**data, **changes}, ensure_ascii=False), encoding="utf-8")
    return path


def test_the_users_file_replaces_the_shipped_one(tmp_path: Path) -> None:
    entry = {"name": "海洋", "aliases": ["船舶"], "industry": ["C373"], "discipline": ["170.60"]}
    registry = SectorRegistry.load(write(tmp_path / "mine.json", sectors=[entry]))
    assert registry.names == ("海洋",)
    assert registry.version == "mine-3"
    assert registry.resolve("船舶产业") == "海洋"
    assert registry.resolve("冶金") is None
    assert registry.by_code("C3731") == ("海洋",)
    assert registry.by_code("170.6010") == ("海洋",)
    assert registry.by_code("C3120") == ()
    # The name stands in for an English one that is not given.
    assert registry.sectors[0].english == "海洋"


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.json")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert SectorRegistry.load(path).names == ("海洋",)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "format 2 is not 1"),
        ({"sectors": [{"english": "Marine"}]}, "at least a name"),
        ({"sectors": ["海洋"]}, "海洋|unknown sector attribute"),
        ({"sectors": 3}, "not a sector registry"),
        ({"sectors": [{"name": ""}]}, "needs a name"),
        ({"sectors": [{"name": "其他"}]}, "needs a name other than"),
        ({"sectors": [{"name": "海洋"}, {"name": "海洋"}]}, "stands twice"),
        ({"sectors": [{"name": "海洋", "ips": ["A01"]}]}, r"unknown sector attribute \['ips'\]"),
        ({"sectors": [{"name": "海洋", "ipc": "A01"}]}, "expected a list of strings"),
        ({"sectors": [{"name": "海洋", "ipc": [1]}]}, "expected a list of strings"),
        (
            {"sectors": [{"name": "海洋", "aliases": ["船"]}, {"name": "农业", "aliases": ["船"]}]},
            "belongs to both '海洋' and '农业'",
        ),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SectorRegistry.load(write(tmp_path / "mine.json", **changes))


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    with pytest.raises(ConfigError, match="cannot be read as JSON"):
        SectorRegistry.load(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be read as JSON"):
        SectorRegistry.load(path)
    path.write_bytes("海洋".encode("gb18030"))
    with pytest.raises(ConfigError, match="cannot be read as JSON"):
        SectorRegistry.load(path)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(ConfigError, match="not a sector registry"):
        SectorRegistry.load(path)
