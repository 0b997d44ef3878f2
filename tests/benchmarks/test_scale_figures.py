"""What is computed from the figures of the store's benchmark: model, tables, chart."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks import scale_chart, scale_model, scale_tables, tables

# --- model ------------------------------------------------------------------------------------


def test_laws_are_recovered() -> None:
    sizes = [1e4, 1e5, 1e6]
    power = scale_model.Power.fit(sizes, [3 * n**0.5 for n in sizes])
    assert (power.a, power.b) == pytest.approx((3, 0.5))
    assert power(1e8) == pytest.approx(3e4)
    affine = scale_model.Affine.fit(sizes, [200 + 0.25 * n for n in sizes])
    assert (affine.a, affine.b) == pytest.approx((200, 0.25))
    assert affine(1e8) == pytest.approx(200 + 2.5e7)
    # Relative errors are made small, or the largest size alone would say where the law begins.
    values = np.array([100.0, 130.0, 1000.0])
    bent = scale_model.Affine.fit(sizes, list(values))
    relative = np.stack([1 / values, np.array(sizes) / values], axis=1)
    expected = np.linalg.lstsq(relative, np.ones(3), rcond=None)[0]
    assert (bent.a, bent.b) == pytest.approx(tuple(expected))
    assert scale_model.Affine(-5.0, 1.0)(2) == 0.0
    assert scale_model.Power.fit([1e4], [7.0])(1e6) == 7.0
    assert scale_model.Affine.fit([1e4], [7.0])(1e6) == 700.0


def test_reach_of_a_law() -> None:
    assert scale_model.reach(scale_model.Affine(5, 0.001), 15) == pytest.approx(1e4)
    assert scale_model.reach(scale_model.Affine(20, 1), 15) == 0.0
    assert scale_model.reach(scale_model.Power(1, 0), 15) == scale_model.FARTHEST


LEVEL = {"everything else": 50.0, "lexical search": 20.0, "dense search": 30.0}


def part(n: int) -> dict:
    """Figures of a size that follow plain laws."""
    lexical, dense, rest = 2e-6 * n, 0.01 * n**0.5, 8.0
    p50 = lexical + dense + rest
    shares = {"dense search": dense, "lexical search": lexical, "everything else": rest}
    asked = {"p50_ms": p50, "p99_ms": 2 * p50, "mean_ms": p50, "needs": 300}
    sector = {**asked, "p50_ms": 4.0}
    recall = {"mean": 0.99, "least": 0.9, "needs": 5, "records": n}
    query = {
        "warm_up_seconds": 0.5,
        "generated": {"all": asked, "sector": sector},
        "peak_mib": 900.0,
        "own_mib": 512.0,
    }
    return {
        "build": {
            "seconds": n / 1000,
            "records_per_second": 1000.0,
            "bytes": {"text": 1000 * n, "index": 1024 * n, "total": 2024 * n},
            "bytes_per_record": 1024.0,
            "text_bytes_per_record": 1000.0,
            "peak_mib": 1024 + n / 1000,
        },
        "open": {"seconds": 0.5, "first_query_seconds": 0.03},
        "query": {"one thread": query, "default": query},
        "profile": {
            "mean_ms": p50,
            "per_cent": {name: 100 * share / p50 for name, share in shares.items()},
        },
        "threads": {"one_per_second": 50.0, "two_per_second": 90.0},
        "recall": {"generated": {"all": recall, "sectors": {"冶金": {**recall, "mean": 0.985}}}},
        "layer": {"all": {"ratio": 1.25}, "sector": {"ratio": 1.5}},
        "change": {
            "add_seconds": 2.5,
            "remove_seconds": 0.5,
            "found_after_ms": 12.0,
            "found": True,
        },
        "batch": {"seconds": 200.0, "peak_mib": 1000.0},
        "batch profile": {"mean_ms": 20.0, "per_cent": {"write the rows": 5.0, **LEVEL}},
        "peers": {
            "numpy, exact": {
                "build_seconds": 1.0,
                "peak_mib": 200.0 + n / 500,
                "p50_ms": n / 20_000,
                "p99_ms": n / 10_000,
                "recall": 1.0,
            },
            "slow": {"not_run": "would take a week"},
        },
    }


def scale_result() -> dict:
    return {
        "results": {str(n): part(n) for n in (10_000, 100_000, 1_000_000)},
        "workbook": {"seconds": 15.0, "peak_mib": 500.0, "commit": "x"},
        "commit": None,
        "versions": {"numpy": "2.0"},
        "hardware": {"cpu": "Z80", "cores": 2, "memory_gib": 24.0},
    }


def test_a_query_is_the_sum_of_three_laws() -> None:
    law = scale_model.query_law(scale_result())
    assert law is not None
    for n in (1e4, 1e6, 1e8):
        assert law(n) == pytest.approx(2e-6 * n + 0.01 * n**0.5 + 8)
    assert str(law) == "sum of ∝ n^0.50, a + b n, ∝ n^0.00"
    bare = scale_result()
    for found in bare["results"].values():
        del found["profile"]
    assert str(scale_model.query_law(bare)).startswith("sum of ∝ n^")
    bare["results"].clear()
    assert scale_model.query_law(bare) is None


def test_where_one_machine_ends() -> None:
    found = dict(scale_model.limits(scale_result()))
    # 2e-6 n + 0.01 sqrt(n) + 8 = 15, solved for sqrt(n).
    root = (-0.01 + np.sqrt(1e-4 + 4 * 2e-6 * 7)) / (2 * 2e-6)
    assert found["a query over all sectors within 15 ms"] == pytest.approx(root**2, rel=1e-6)
    assert found["a query within its sector within 6 ms"] == scale_model.FARTHEST
    gib = 2**30
    touched = found["what queries touch within 24 GiB"]
    assert touched == pytest.approx((24 * gib - gib / 2) / 1024, rel=1e-6)
    assert found["building within 128 GiB"] == pytest.approx(127 * 1024 * 1000, rel=1e-6)
    assert found["building within a day on the same cores"] == pytest.approx(86_400_000, rel=1e-6)
    assert scale_model.limits({"results": {}}) == []


# --- tables and chart -------------------------------------------------------------------------


def test_targets() -> None:
    rows = {row[0]: row[1:] for row in scale_tables.targets(scale_result())}
    assert rows["encode + add 100,000 records to a new store"] == [
        "≤ 60.0 s",
        "100.0 s",
        "no",
        "numpy, exact 1.0 s",
    ]
    assert rows["1,000,000 records: build"][:3] == [
        "≤ 20.0 min, ≤ 6.00 GB",
        "16.7 min, 2.12 GB",
        "yes, yes",
    ]
    assert rows["1,000,000 records: one need, all sectors"][:3] == [
        "≤ p50 15.0 ms, ≤ p99 40.0 ms",
        "p50 20.0 ms, p99 40.0 ms",
        "no, yes",
    ]
    assert rows["recall@100 of the dense channel, the worst sector"][1:] == [
        "0.9850",
        "yes",
        "numpy, exact 1.0000",
    ]
    assert rows["growth of a query from 10^4 to 10^6"] == ["< ×8.00", "×2.22", "yes", ""]
    assert rows["add 1,000 records to a store of 1,000,000"][1:] == ["2.50 s", "yes", ""]
    assert rows["that the next query finds one of them"] == ["≥ 1", "1", "yes", ""]
    assert rows["dense search over bare FAISS, all sectors"][1:3] == ["×1.25", "yes"]


@pytest.mark.parametrize(
    ("sign", "value", "reached"),
    [
        ("≤", 2.0, "yes"),
        ("≤", 2.1, "no"),
        ("<", 2.0, "no"),
        ("<", 1.9, "yes"),
        ("≥", 2.0, "yes"),
        ("≥", 1.9, "no"),
        ("≥", 2.1, "yes"),
        ("≤", None, ""),
    ],
)
def test_when_a_goal_is_reached(sign: str, value: float | None, reached: str) -> None:
    goal = scale_tables.Goal(lambda _: value, sign, 2, "{:.1f}")
    assert goal.reached({}) == reached
    assert goal.measured({}) == ("not measured" if value is None else f"{value:.1f}")


def test_targets_that_were_not_measured() -> None:
    result = {"results": {"1000": {}}, "workbook": None}
    for _, goal, measured, reached, peers in scale_tables.targets(result):
        assert goal
        assert set(measured.split(", ")) == {"not measured"}
        assert (reached, peers) == ("", "")


def test_tables_of_a_result() -> None:
    result = scale_result()
    sizes = scale_tables.scale(result, "sizes")
    assert "| build | 10.0 s | 100.0 s | 1,000.0 s |\n" in sizes
    assert "| query, generated needs, all sectors: p50 | 9.0 ms | 11.4 ms | 20.0 ms |\n" in sizes
    assert "real needs" not in sizes
    profile = scale_tables.scale(result, "profile")
    assert profile.startswith(
        "| Stage | query, 10,000 | query, 100,000 | query, 1,000,000 | batch,"
    )
    assert "| lexical search | 0.2 % | 1.8 % | 10.0 % | 20.0 % | 20.0 % | 20.0 % |\n" in profile
    assert "| write the rows |  |  |  | 5.0 % | 5.0 % | 5.0 % |\n" in profile
    assert profile.splitlines()[-1].startswith("| everything else |")
    recall = scale_tables.scale(result, "recall")
    assert recall.startswith("| Searched | 10,000, generated |")
    assert "| 冶金" + " | 0.9850 (5 needs)" * 3 + " |\n" in recall
    peers = scale_tables.scale(result, "peers")
    assert "| numpy, exact | 1.0 s, 220 MiB; 0.50 / 1.00 ms; 1.000 |" in peers
    assert "| slow" + " | not run: would take a week" * 3 + " |\n" in peers
    assert "| matchmaker, whole answer | 10.0 s, 1,034 MiB; 9.02 / 18.04 ms |" in peers
    model = scale_tables.scale(result, "model")
    assert model.startswith("| Quantity | Law | 10,000 | 100,000 | 1,000,000 | 10^7 | 10^8 |\n")
    assert "| disk without texts, GiB | a + b n | 0.00954 (0.00954) |" in model
    assert model.count(" | 9.54 | 95.4 |\n") == 1
    ends = scale_tables.scale(result, "limits")
    assert "| a query within its sector within 6 ms | no end in sight |\n" in ends
    assert "| building within 128 GiB | 130,000,000 |\n" in ends
    assert scale_tables.scale(result, "targets").endswith(
        "2 cores, 24.0 GiB; commit none; numpy 2.0.\n"
    )
    result["results"].clear()
    for name in ("sizes", "profile", "recall", "model", "limits"):
        assert scale_tables.scale(result, name) == "Not measured yet.\n"


def test_equal_figures_give_equal_charts(tmp_path: Path) -> None:
    for name in ("first.svg", "deep/second.svg"):
        scale_chart.draw(scale_result(), tmp_path / name)
    first = (tmp_path / "first.svg").read_bytes()
    assert first == (tmp_path / "deep" / "second.svg").read_bytes()
    assert b"<dc:date>" not in first
    said = {"".join(one.itertext()) for one in ElementTree.fromstring(first).iter()}
    assert {"matchmaker, all sectors", "matchmaker, one sector", "numpy, exact", "records"} <= said
    held = ("memory to build", "memory to query", "disk without texts", "disk for texts")
    assert {f"matchmaker, {name}" for name in held} <= said
    assert "slow" not in said


def test_tables_and_chart_are_made_from_the_file_alone(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "scale.json").write_text(json.dumps(scale_result()), encoding="utf-8")
    marked = "<!-- table:scale-limits -->\nold\n<!-- /table:scale-limits -->\n"
    made = tables.fill(marked, tmp_path)
    assert scale_tables.scale(scale_result(), "limits") in made
    page = Path(tables.ROOT / "benchmarks" / "scale.md").read_text(encoding="utf-8")
    named = {match["name"] for match in tables.MARKED.finditer(page)}
    assert named == {f"scale-{part}" for part in scale_tables.PARTS}
    monkeypatch.setattr(scale_chart, "RESULTS", tmp_path)
    assert scale_chart.main() == 0
    scale_chart.draw(scale_result(), tmp_path / "again.svg")
    assert (tmp_path / "scale.svg").read_bytes() == (tmp_path / "again.svg").read_bytes()
