"""The benchmark of explanations: its peers by hand, its parts on small numbers, its tables."""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks import reasons, reasons_stages, tables
from benchmarks.bdci_data import Contest, NeedText, need_groups, split_by_pair
from benchmarks.reasons_stages import HEADINGS, PEERS, Asked, records
from matchmaker import Achievement, Need, read_achievements, read_needs
from matchmaker.evaluation import Judgements
from matchmaker.scoring.facts import Weights


def options(stage: str = "sums", **more: Any) -> argparse.Namespace:
    usual = {"number": 4, "seed": 0, "size": "2x3", "folder": None, "form": "jsonl",
             "reasons": "with"}  # fmt: skip
    return argparse.Namespace(stage=stage, **{**usual, **more})


# --- peers ---------------------------------------------------------------------------------------

WORTH = {"轴承": 0.25, "钢": 0.125, "偏析": 0.0625}
"""What each term adds to the score by itself; 轴承 and 偏析 together another 0.125."""


class Adding:
    """Scores a need by the terms that it still says, and counts how often it is asked."""

    asked = 0

    def score(self, pairs: Sequence[tuple[Need, Achievement]]) -> SimpleNamespace:
        self.asked += len(pairs)
        assert len({need.id for need, _ in pairs}) == len(pairs)
        return SimpleNamespace(score=np.array([self.of(need) for need, _ in pairs]))

    @staticmethod
    def of(need: Need) -> float:
        said = need.title
        both = 0.125 if "轴承" in said and "偏析" in said else 0.0
        return both + sum(worth for term, worth in WORTH.items() if term in said)


def asked(adding: Adding) -> Asked:
    need = Need(id="N1", title="轴承、钢、偏析与其余")
    match: Any = SimpleNamespace(
        need=need,
        achievement=Achievement(id="A1", title="甲"),
        score=Adding.of(need),
        shared_terms=[SimpleNamespace(term=term) for term in WORTH],
    )
    return Asked(match, adding)


def test_leaving_one_out() -> None:
    adding = Adding()
    found = PEERS["leave one term out"](asked(adding), 0)
    assert found == [0.375, 0.125, 0.1875]
    assert adding.asked == 3


def test_sampled_orders_add_up_and_come_near_the_values_of_all_orders(monkeypatch) -> None:
    monkeypatch.setattr(reasons_stages, "ORDERS", 60)
    adding = Adding()
    found = PEERS["sampled orders"](asked(adding), 3)
    # Shapley: what two earn together is halved.
    expected = [0.25 + 0.0625, 0.125, 0.0625 + 0.0625]
    assert sum(found) == pytest.approx(sum(expected), abs=1e-12)
    assert found[1] == pytest.approx(0.125)
    np.testing.assert_allclose(found, expected, atol=0.03)
    # No set of terms is graded twice.
    assert adding.asked <= 2**3 - 1
    assert PEERS["sampled orders"](asked(Adding()), 3) == found


def test_equal_shares() -> None:
    found = PEERS["equal shares"](asked(Adding()), 0)
    assert found == [pytest.approx(0.5625 / 3)] * 3


def test_what_a_need_lacks_already_is_passed_over() -> None:
    one = asked(Adding())
    one.terms = ["轴承、钢", "钢"]
    (lost,) = one.lost([frozenset(one.terms)])
    assert lost == pytest.approx(0.25 + 0.125 + 0.125)


# --- records and stages --------------------------------------------------------------------------


def test_synthetic_records_speak_on_every_criterion() -> None:
    found = records("achievements", 60, seed=1)
    assert found == records("achievements", 60, seed=1)
    assert found != records("achievements", 60, seed=2)
    assert [one.id for one in found[:2]] == ["A000001", "A000002"]
    for name in ("price", "maturity", "region", "cooperation", "indicators"):
        assert sum(bool(getattr(one, name)) for one in found) > 10
    assert len({one.body for one in found}) > 50


def test_prepared_workbooks_are_read_as_they_were_made(tmp_path: Path) -> None:
    reasons_stages.prepare(options(folder=tmp_path))
    for side, read, n in (("needs", read_needs, 2), ("achievements", read_achievements, 3)):
        made, found = records(side, n, seed=0), list(read(tmp_path / f"{side}.xlsx"))
        for name in HEADINGS[side]:
            if name not in ("budget", "price"):  # the unit of the heading may be added
                assert [getattr(one, name) for one in found] == [getattr(one, name) for one in made]


def test_sums_are_added_over_as_many_pairs_as_asked_for() -> None:
    found = reasons_stages.sums(options(number=8))
    assert found["pairs"] == 8
    assert found["largest_gap"]["parts"] < 1e-9
    assert found["largest_gap"]["evidence"] < 1e-9
    assert found["mean_size"]["terms"] > 0
    assert "preferences" in found["mean_size"]


def test_the_peers_are_measured_on_the_sample() -> None:
    found = reasons_stages.peer(options("leave one term out", number=3))
    assert found["matches"] == 3
    lost = found["lost"]
    # Nobody takes more than the best single term.
    assert lost["first"] == lost["greatest"] >= max(lost["ours"], lost["by_lot"])


def test_stages_of_the_program_exist() -> None:
    assert set(reasons.COSTS) <= set(reasons_stages.STAGES)
    assert {"sums", "prepare", "report"} <= set(reasons_stages.STAGES)


# --- the contest ---------------------------------------------------------------------------------


def contest() -> Contest:
    needs = {"n1": NeedText("高炉炼铁煤气脱硫", ""), "n2": NeedText("流感疫苗细胞培养", "")}
    rows = [*itertools.product(needs, ("高炉煤气 净化", "疫苗 制备", "高炉 炼铁", "细胞 培养"))]
    judgements = Judgements(
        need_ids=tuple(need for need, _ in rows),
        achievement_ids=tuple(str(row) for row in range(len(rows))),
        grades=np.array([3, 1, 4, 1, 1, 4, 1, 3], dtype=np.int8),
        achievement_titles=tuple(title for _, title in rows),
    )
    return Contest(judgements, needs, need_groups(judgements.need_ids, needs))


def test_sectors_of_the_contest_s_pairs() -> None:
    found = reasons_stages.sector_agreements(contest())
    assert found.tolist() == [1, -1, 1, -1, -1, 1, -1, 1]


def test_every_pair_is_graded_without_its_fold(monkeypatch) -> None:
    from benchmarks import bdci_methods

    def fitted(train: Judgements, needs: Any) -> tuple[Any, None]:
        known = set(train.achievement_ids)
        return SimpleNamespace(grade=lambda features: SimpleNamespace(
            above=np.array([[len(known), title in known, 0] for title in features], dtype=float)
        )), None  # fmt: skip

    judged = contest()
    place = {title: str(row) for row, title in enumerate(judged.titles[:4])}
    monkeypatch.setattr(bdci_methods, "_fitted", fitted)
    monkeypatch.setattr(
        bdci_methods,
        "_seen",
        lambda ids, titles, needs: SimpleNamespace(features=[place[one] for one in titles]),
    )
    fold = np.array([0, 0, 1, 1, 0, 0, 0, 0])
    above = reasons_stages.out_of_fold(judged, fold).above
    assert above[:, 0].tolist() == [2, 2, 6, 6, 2, 2, 2, 2]
    assert above[:4, 1].tolist() == [0, 0, 0, 0]
    assert len(split_by_pair(8, 2, 0)) == 8


def test_without_the_contest_s_pairs_nothing_is_said(tmp_path: Path, capsys) -> None:
    arguments = ["--parts", "sector", "--data", str(tmp_path), "--out", str(tmp_path / "r.json")]
    assert reasons.main(arguments) == 2
    assert "sector: not run" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


# --- the program ---------------------------------------------------------------------------------


def test_settings() -> None:
    found = reasons.settings()
    assert next(iter(found)) == "nothing"
    assert sum(found["nothing"].as_mapping().values()) == 0
    assert found["all defaults"] == Weights()
    assert found["indicators alone"] == Weights(
        indicators=0.3, maturity=0, money=0, cooperation=0, region=0
    )
    assert found["sector alone"].sector == reasons.ALONE
    assert found["defaults × 2"].money == 2 * Weights().money


def fake(arguments: Sequence[str], *, threads: int | None = None) -> dict[str, Any]:
    stage = arguments[0]
    if stage == "report":
        return {"seconds": 3.0 if "with" in arguments else 2.0, "mib": 1.5}
    if stage == "sums":
        gap = {"parts": 1e-16, "evidence": 2e-17}
        return {"pairs": 10_000, "largest_gap": gap, "mean_size": {"base": 0.1}}
    assert stage == "prepare" or threads == 1
    number = int(arguments[arguments.index("--number") + 1]) if "--number" in arguments else 0
    found: dict[str, Any] = {"matches": number, "seconds": 0.5}
    if stage in PEERS:
        found["lost"] = {"first": 0.05, "ours": 0.04, "by_lot": 0.02, "greatest": 0.06}
    return found


def result(tmp_path: Path, monkeypatch, *more: str) -> dict[str, Any]:
    monkeypatch.setattr(reasons, "in_fresh_process", fake)
    out = tmp_path / "reasons.json"
    assert reasons.main([*more, "--out", str(out)]) == 0
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def test_a_run(tmp_path: Path, monkeypatch) -> None:
    found = result(tmp_path, monkeypatch, "--quick", "--parts", "sums", "cost", "reports")
    assert found["protocol"] == {
        "seed": 0, "quick": True, "repeats": 1, "seeds": 1, "folds": 2, **reasons.QUICK,
    }  # fmt: skip
    assert set(found["results"]) == {"sums", "cost", "reports"}
    assert found["results"]["cost"]["explain"] == {"matches": 60, "seconds": 0.5}
    assert found["results"]["reports"]["xlsx, 10 each"]["ratio"] == 1.5
    assert {"commit", "versions", "hardware"} <= set(found)
    assert found["not_run"] == {}


def test_full_numbers_unless_quick() -> None:
    numbers = reasons.protocol(reasons.parser().parse_args([]))
    assert numbers == {
        "seed": 0, "quick": False, "repeats": 3, "seeds": 3, "folds": 5, **reasons.FULL,
    }  # fmt: skip
    given = reasons.parser().parse_args(["--quick", "--repeats", "2"])
    assert reasons.protocol(given)["repeats"] == 2


def test_tables_of_what_was_measured(tmp_path: Path, monkeypatch) -> None:
    found = result(tmp_path, monkeypatch, "--quick", "--parts", "sums", "cost", "reports")
    cost = tables.reasons_cost(found).splitlines()
    assert cost[2] == "| search | 60 | 8.333 |  |"
    assert cost[6] == "| leave one term out | 20 | 25.000 | 0.0500 |"
    assert cost[8:10] == [
        "| explain's own first term | 20 |  | 0.0400 |",
        "| a term drawn by lot | 20 |  | 0.0200 |",
    ]
    assert cost[11] == (
        "Largest gap between score and sum of parts over 10,000 pairs: 1.0e-16; between a part "
        "and its evidence: 2.0e-17."
    )
    reports = tables.reasons_reports(found).splitlines()
    assert reports[2] == "| .xlsx, 10 each | 2.00 s, 1.5 MiB | 3.00 s, 1.5 MiB | 1.50 |"
    assert tables.reasons_weights(found) == "Not measured yet.\n"
    assert tables.reasons_sector(found) == "Not measured yet.\n"
    found["results"] = {}
    assert tables.reasons_cost(found) == tables.reasons_reports(found) == "Not measured yet.\n"


def test_tables_of_weights() -> None:
    figures = {"contest_score": 0.5, "mae": 1.0, "ndcg@10": 0.9, "spearman": 0.7}
    against = {"difference": 0.0125, "low": -0.01, "high": 0.02}
    cell = {**figures, "against_nothing": against, "moved": 7}
    found = {
        "results": {
            "sample": {"pairs": 449, "weights": {"nothing": cell}},
            "sector": {split: {"0": figures, "0.1": figures}
                       for split in ("by pair", "by need text")},
        },
        "commit": None,
        "versions": {"numpy": "2.0"},
        "hardware": {"cpu": "Z80", "cores": 1, "memory_gib": 0.1},
    }  # fmt: skip
    assert tables.reasons_weights(found).splitlines()[2] == (
        "| nothing | 0.500 | 1.000 | 0.900 | 0.700 | +0.013 [-0.010, +0.020] | 7 of 449 |"
    )
    assert tables.reasons_sector(found).splitlines()[3] == (
        "| 0.1 | 0.5000 | 0.9000 | 0.7000 | 0.5000 | 0.9000 | 0.7000 |"
    )


def test_a_stage_that_fails_is_named(monkeypatch, tmp_path: Path, capsys) -> None:
    def broken(arguments: Sequence[str], *, threads: int | None = None) -> dict[str, Any]:
        raise reasons.StageError("MemoryError: too much")

    monkeypatch.setattr(reasons, "in_fresh_process", broken)
    out = tmp_path / "r.json"
    assert reasons.main(["--quick", "--parts", "sums", "--out", str(out)]) == 2
    assert "sums: not run (MemoryError: too much)" in capsys.readouterr().err


def test_a_fresh_process() -> None:
    with pytest.raises(reasons.StageError, match="invalid choice"):
        reasons.in_fresh_process(["nonsense"], threads=1)
