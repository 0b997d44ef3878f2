"""What `benchmarks.reasons` runs in processes of their own, and what it measures with.

Records are synthetic: title and body as `benchmarks.synthetic` recombines them, every other field
taken from one record of the bundled sample drawn by lot, so that all criteria are spoken on.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.bdci_data import Contest
    from matchmaker import Match, Matches
    from matchmaker.scoring.grader import Grades

HEADINGS = {
    "needs": {
        "id": "需求编号", "title": "需求名称", "body": "需求描述", "goals": "预期目标",
        "budget": "拟投入资金", "region": "地区", "cooperation": "合作方式",
    },
    "achievements": {
        "id": "成果编号", "title": "成果名称", "body": "成果简介", "indicators": "技术指标",
        "price": "价格", "maturity": "成熟度", "region": "地区", "cooperation": "合作方式",
    },
}  # fmt: skip
WISHES = ("成熟度>=6", "地区=辽宁")
TERMS = 8
"""Terms of a pair that the peers ask about, the heaviest first."""
ORDERS = 10
"""Orders of a pair's terms that are sampled."""
EACH = 20
"""Matches of each need in the timings."""


def records(side: str, n: int, *, seed: int) -> list[Any]:
    """Return n synthetic records, ``side`` being ``"needs"`` or ``"achievements"``."""
    from benchmarks.synthetic import recombine, sample_texts
    from matchmaker import read_achievements, read_needs
    from matchmaker.sample import sample_path

    known: Sequence[Any] = (
        read_needs(sample_path("needs.csv"))
        if side == "needs"
        else read_achievements(sample_path("achievements.xlsx"))
    )
    drawn = random.Random(seed)
    texts = recombine(sample_texts(side), n, seed=2 * seed + (side != "needs"))
    return [
        replace(drawn.choice(known), id=f"{side[0].upper()}{row:06d}", title=text.title,
                body=text.body, origin=None)
        for row, text in enumerate(texts, 1)
    ]  # fmt: skip


def searched(needs: int, achievements: int, *, seed: int, k: int, **options: Any) -> Matches:
    """Match synthetic needs with synthetic achievements."""
    from matchmaker import Matcher

    matcher = Matcher()
    matcher.add(records("achievements", achievements, seed=seed))
    return matcher.match(records("needs", needs, seed=seed), k=k, **options)


def sums(arguments: argparse.Namespace) -> dict[str, Any]:
    """Add up the parts of explanations, half of them found with preferences."""
    k = min(100, max(arguments.number // 4, 1))
    needs = math.ceil(arguments.number / (2 * k))
    worst = {"parts": 0.0, "evidence": 0.0}
    pairs = 0
    sizes: dict[str, float] = {}
    for prefer in ((), WISHES):
        for match in searched(needs, 4 * k, seed=arguments.seed, k=k, prefer=prefer):
            why = match.explain(spans=False)
            pairs += 1
            total = math.fsum(part.value for part in why.parts)
            worst["parts"] = max(worst["parts"], abs(total - match.score))
            for part in why.parts:
                sizes[part.name] = sizes.get(part.name, 0.0) + abs(part.value)
                if part.evidence:
                    said = math.fsum(one.value for one in part.evidence)
                    worst["evidence"] = max(worst["evidence"], abs(said - part.value))
    return {
        "pairs": pairs,
        "largest_gap": worst,
        "mean_size": {name: round(size / pairs, 5) for name, size in sizes.items()},
    }


def found(arguments: argparse.Namespace) -> list[Match]:
    """Return as many matches as are to be explained, after one untimed explanation elsewhere."""
    needs = math.ceil(arguments.number / EACH)
    searched(1, 50, seed=arguments.seed + 1, k=1)[0].explain()
    return list(searched(needs, 50 * needs, seed=arguments.seed, k=EACH))[: arguments.number]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what the work returns, and its seconds."""
    start = time.perf_counter()
    done = work()
    return done, time.perf_counter() - start


def search(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time the search that finds the matches, records added before."""
    from matchmaker import Matcher

    needs = math.ceil(arguments.number / EACH)
    matcher = Matcher()
    matcher.add(records("achievements", 50 * needs, seed=arguments.seed))
    asked = records("needs", needs, seed=arguments.seed)
    matcher.match(asked[:1], k=1)
    matches, seconds = timed(lambda: matcher.match(asked, k=EACH))
    return {"matches": len(matches), "seconds": seconds}


def explain(arguments: argparse.Namespace, *, spans: bool) -> dict[str, Any]:
    """Time explanations."""
    matches = found(arguments)
    _, seconds = timed(lambda: [match.explain(spans=spans) for match in matches])
    return {"matches": len(matches), "seconds": seconds}


class Asked:
    """Scores of a pair whose need lacks some of the terms that both name.

    Nothing is known of the grader but the scores of pairs; those asked for together are graded
    together.
    """

    def __init__(self, match: Match, matcher: Any) -> None:
        self._match, self._matcher = match, matcher
        self.terms = [one.term for one in match.shared_terms[:TERMS]]
        self._known: dict[frozenset[str], float] = {frozenset(): match.score}

    def lost(self, sets: Sequence[frozenset[str]]) -> list[float]:
        """Return what the score loses without each of some sets of terms."""
        wanted = [one for one in dict.fromkeys(sets) if one not in self._known]
        needs = [replace(self._without(one), id=f"{at}") for at, one in enumerate(wanted)]
        pairs = [(need, self._match.achievement) for need in needs]
        scores = self._matcher.score(pairs).score.tolist() if pairs else []
        self._known.update(zip(wanted, scores, strict=True))
        return [self._match.score - self._known[one] for one in sets]

    def _without(self, terms: frozenset[str]) -> Any:
        from matchmaker.counterfactual import leave_out
        from matchmaker.errors import ConfigError

        need: Any = self._match.need
        for term in sorted(terms, key=lambda one: (-len(one), one)):
            try:
                need = leave_out(need, term)
            except ConfigError:
                # A longer term that held it is gone already, or it is all that is left.
                continue
        return need


def one_at_a_time(asked: Asked, seed: int) -> list[float]:
    """Return what the score loses without each term."""
    return asked.lost([frozenset({term}) for term in asked.terms])


def sampled_orders(asked: Asked, seed: int) -> list[float]:
    """Return the mean over sampled orders of what each term takes with it when it is left out."""
    drawn = random.Random(seed)
    orders = [drawn.sample(asked.terms, len(asked.terms)) for _ in range(ORDERS)]
    steps = [frozenset(order[:n]) for order in orders for n in range(len(order) + 1)]
    lost = iter(asked.lost(steps))
    total = dict.fromkeys(asked.terms, 0.0)
    for order in orders:
        before = next(lost)
        for term in order:
            after = next(lost)
            total[term] += (after - before) / ORDERS
            before = after
    return [total[term] for term in asked.terms]


def equal_shares(asked: Asked, seed: int) -> list[float]:
    """Return the score in equal shares."""
    return [asked._match.score / len(asked.terms) for _ in asked.terms]


PEERS: Mapping[str, Callable[[Asked, int], list[float]]] = {
    "equal shares": equal_shares,
    "leave one term out": one_at_a_time,
    "sampled orders": sampled_orders,
}


def of_sample(arguments: argparse.Namespace) -> list[Match]:
    """Return some matches of the bundled sample that name several terms, drawn by lot."""
    from matchmaker import Matcher, read_achievements, read_needs
    from matchmaker.sample import sample_path

    matcher = Matcher()
    matcher.add(read_achievements(sample_path("achievements.xlsx")))
    matches = matcher.match(read_needs(sample_path("needs.csv")), k=5)
    several = [match for match in matches if len(match.shared_terms) > 1]
    return random.Random(arguments.seed).sample(several, min(arguments.number, len(several)))


def peer(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time a peer on the bundled sample, and say what the term that it names first is worth.

    `first`: what the score loses, on average, without the term that it puts first; `ours` the
    same of the explanation's, `by_lot` of a term drawn by lot, `greatest` of the best choice.
    """
    from matchmaker import Matcher

    matcher = Matcher()
    matches = of_sample(arguments)
    asked = [Asked(match, matcher) for match in matches]
    values, seconds = timed(lambda: [PEERS[arguments.stage](one, arguments.seed) for one in asked])
    gained = {"first": 0.0, "ours": 0.0, "by_lot": 0.0, "greatest": 0.0}
    for one, value, match in zip(asked, values, matches, strict=True):
        lost = one_at_a_time(one, arguments.seed)
        parts = {part.name: part for part in match.explain(spans=False).parts}
        named = [said.need for said in parts["terms"].evidence if said.kind == "term"]
        gained["first"] += lost[max(range(len(value)), key=value.__getitem__)]
        gained["ours"] += lost[one.terms.index(named[0])]
        gained["by_lot"] += math.fsum(lost) / len(lost)
        gained["greatest"] += max(lost)
    gaps = [
        abs(math.fsum(value) - match.score) for value, match in zip(values, matches, strict=True)
    ]
    return {
        "matches": len(matches),
        "seconds": seconds,
        "mean_gap": math.fsum(gaps) / len(gaps),
        "lost": {name: total / len(matches) for name, total in gained.items()},
    }


def prepare(arguments: argparse.Namespace) -> dict[str, Any]:
    """Write ``needs.xlsx`` and ``achievements.xlsx`` into a folder."""
    import xlsxwriter

    for side, n in zip(HEADINGS, map(int, arguments.size.split("x")), strict=True):
        path = arguments.folder / f"{side}.xlsx"
        with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADINGS[side].values())
            for row, record in enumerate(records(side, n, seed=arguments.seed), 1):
                cells = [getattr(record, name) for name in HEADINGS[side]]
                texts = [cell if isinstance(cell, str) else "；".join(cell) for cell in cells]
                sheet.write_row(row, 0, texts)
    return {"size": arguments.size}


def report(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time everything from the workbooks to a file, imports included."""
    target = arguments.folder / f"matches.{arguments.form}"

    def work() -> None:
        from matchmaker import Matcher, read_achievements, read_needs

        matcher = Matcher()
        matcher.add(read_achievements(arguments.folder / "achievements.xlsx"))
        matches = matcher.match(read_needs(arguments.folder / "needs.xlsx"), k=arguments.k)
        matches.write(target, reasons=arguments.reasons == "with")

    _, seconds = timed(work)
    return {"seconds": seconds, "mib": round(target.stat().st_size / 2**20, 2)}


def sector_agreements(contest: Contest) -> NDArray[np.float64]:
    """Say of each pair of a contest whether its sectors are the same: 1, -1, or 0 if unknown."""
    import numpy as np

    from matchmaker import Achievement, Matcher, Need
    from matchmaker.scoring.facts import sector_agreement

    pairs = [
        (
            Need(id=need, title=contest.needs[need].title, body=contest.needs[need].body),
            Achievement(id=f"{row:06d}", title=title or f"{row:06d}"),
        )
        for row, (need, title) in enumerate(
            zip(contest.judgements.need_ids, contest.titles, strict=True)
        )
    ]
    # The same labels as those of records that are added.
    needs, achievements, rows = Matcher()._cataloguer.pairs(pairs)
    return np.array(
        [
            sector_agreement(needs.labels[need], achievements.labels[other]) or 0.0
            for need, other in zip(*(part.tolist() for part in rows), strict=True)
        ]
    )


def out_of_fold(contest: Contest, fold: NDArray[np.int64]) -> Grades:
    """Grade every pair with a grader that was fitted without the pair's fold."""
    import numpy as np

    from benchmarks.bdci_data import train_test_rows
    from benchmarks.bdci_methods import _fitted, _seen
    from matchmaker.scoring.grader import Grades

    above = np.full((len(fold), 3), np.nan)
    for known, held in train_test_rows(fold):
        grader, _ = _fitted(contest.judged(known), contest.needs)
        test = contest.test(held)
        above[held] = grader.grade(_seen(test.need_ids, test.titles, contest.needs).features).above
    return Grades(above)


STAGES: Mapping[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "sums": sums,
    "search": search,
    "explain": lambda arguments: explain(arguments, spans=False),
    "explain with spans": lambda arguments: explain(arguments, spans=True),
    **dict.fromkeys(PEERS, peer),
    "prepare": prepare,
    "report": report,
}
"""What a process may be asked for."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one stage and print what it found."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.reasons_stages")
    options.add_argument("stage", choices=tuple(STAGES))
    options.add_argument("--number", type=int, default=100)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--size", default="10x60")
    options.add_argument("--folder", type=Path)
    options.add_argument("--form", default="jsonl")
    options.add_argument("--k", type=int, default=10)
    options.add_argument("--reasons", choices=("with", "without"), default="with")
    arguments = options.parse_args(argv)
    print(json.dumps(STAGES[arguments.stage](arguments)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
