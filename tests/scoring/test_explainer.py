"""Explanations against what grading itself says: sums, parts one by one, and where words stand."""

from __future__ import annotations

import copy
import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker import Achievement, Matcher, Matches, Need, Records
from matchmaker.errors import ConfigError
from matchmaker.holdings import InMemory
from matchmaker.language.normalize import simplified
from matchmaker.learned import JudgedPair
from matchmaker.scoring.attribution import TEXT_PARTS, text_parts
from matchmaker.scoring.constraints import Constraint
from matchmaker.scoring.explanation import CRITERIA, Evidence, Explanation
from matchmaker.scoring.facts import ACHIEVEMENT_TEXTS, NEED_TEXTS, Weights
from matchmaker.scoring.features import FEATURES, pair_features
from matchmaker.scoring.pairs import Match

NOTHING = Weights(sector=0.0, indicators=0.0, maturity=0.0, money=0.0, cooperation=0.0, region=0.0)
# With the weights of a search these add up to more than 1, so that all are scaled down.
WISHES = (
    Constraint("地区", "=", "辽宁", weight=0.5),
    Constraint("成熟度", ">=", "6", weight=0.2),
    Constraint("价格", "<=", "100万元", weight=0.3),
)
SUBJECT = ("base", "terms", "near_terms", "meaning", "judgements", "reranker")


class LengthReranker:
    """Grades a pair by the lengths of its texts."""

    name, weight, depth = "by-length", 0.4, 200

    def above(self, needs: Sequence[str], achievements: Sequence[str]) -> NDArray[np.float64]:
        lengths = [(len(need), len(found)) for need, found in zip(needs, achievements, strict=True)]
        likely = np.array([(7 * ours + 13 * theirs) % 101 / 101 for ours, theirs in lengths])
        return np.stack([likely, likely**2, likely**3], axis=1).reshape(-1, 3)


def weighing(matcher: Matcher, weights: Weights) -> Matcher:
    """The same matcher with other weights; the one given stays as it is."""
    other = copy.copy(matcher)
    other.weights = weights
    # Facts do not depend on weights; reading them anew takes most of the time.
    other._ranker._facts = matcher._ranker._facts
    return other


def pairs_of(matches: Sequence[Match]) -> list[tuple[Need, Achievement]]:
    return [(match.need, match.achievement) for match in matches]


Ranking = tuple[Matcher, Matches]


@pytest.fixture(scope="module")
def asked(sample_needs: Records[Need]) -> list[Need]:
    return list(sample_needs)[::11]


@pytest.fixture(scope="module")
def learned(sample_matcher: Matcher, sample_matches: Matches) -> Matcher:
    matcher = copy.copy(sample_matcher)
    judged = [
        JudgedPair(match.need, match.achievement, 1 + (place // 10) % 4)
        for place, match in enumerate(sample_matches)
        if match.rank in (1, 4)
    ]
    assert matcher.learn(judged) == len(judged)
    return matcher


@pytest.fixture(scope="module")
def reranked(sample_matcher: Matcher) -> Matcher:
    matcher = Matcher(reranker=LengthReranker())
    matcher._held = sample_matcher._held
    matcher._ranker._facts = sample_matcher._ranker._facts
    return matcher


@pytest.fixture(scope="module")
def stored(sample_matcher: Matcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcher]:
    folder = tmp_path_factory.mktemp("explained") / "库"
    sample_matcher.save(folder)
    with Matcher.open(folder) as matcher:
        assert matcher.store is not None
        yield matcher


@pytest.fixture(scope="module")
def rankings(
    sample_matcher: Matcher,
    learned: Matcher,
    reranked: Matcher,
    stored: Matcher,
    asked: list[Need],
    sample_achievements: Records[Achievement],
) -> Callable[[str], Ranking]:
    """Rankings of many sorts, each made when first asked for."""
    every: int = len(sample_achievements)
    heavy = weighing(sample_matcher, Weights(sector=0.9, indicators=0.9, region=0.9))
    made: dict[str, Callable[[], Ranking]] = {
        "all": lambda: (sample_matcher, sample_matcher.match(asked, k=every)),
        "reverse": lambda: (
            sample_matcher,
            sample_matcher.match_achievements(list(sample_achievements)[::26], k=every),
        ),
        "learned": lambda: (learned, learned.match(asked, k=12)),
        "reranked": lambda: (reranked, reranked.match(asked, k=12)),
        "wished": lambda: (sample_matcher, sample_matcher.match(asked, k=20, prefer=WISHES)),
        "reverse wished": lambda: (
            sample_matcher,
            sample_matcher.match_achievements(
                list(sample_achievements)[::26], k=20, prefer=["region=辽宁", "budget>=100万元"]
            ),
        ),
        "heavy": lambda: (heavy, heavy.match(asked, k=20)),
        "stored": lambda: (stored, stored.match(asked, k=12)),
    }
    known: dict[str, Ranking] = {}

    def ranking(name: str) -> Ranking:
        if name not in known:
            known[name] = made[name]()
        return known[name]

    return ranking


ALL = ("all", "reverse", "learned", "reranked", "wished", "reverse wished", "heavy", "stored")


_explained: dict[int, tuple[Matches, list[tuple[Match, Explanation]]]] = {}


def explained(matches: Matches) -> list[tuple[Match, Explanation]]:
    """Matches with their explanations, made once; the ranking is kept so that its id stays its."""
    if id(matches) not in _explained:
        _explained[id(matches)] = (
            matches,
            [(match, match.explain(spans=False)) for match in matches],
        )
    return _explained[id(matches)][1]


@pytest.mark.parametrize("name", ALL)
def test_parts_add_up_to_the_score_and_evidence_to_its_part(
    name: str, rankings: Callable[[str], Ranking]
) -> None:
    _, matches = rankings(name)
    assert len(matches) > 90
    for match, why in explained(matches):
        assert why.score == match.score
        assert abs(math.fsum(part.value for part in why.parts) - match.score) < 1e-9
        names = [part.name for part in why.parts]
        assert len(set(names)) == len(names)
        for part in why.parts:
            if part.evidence:
                total = math.fsum(one.value for one in part.evidence)
                assert abs(total - part.value) < 1e-9
        assert set(why.judged) <= set(CRITERIA)
        assert sorted((*why.judged, *why.unjudged)) == sorted(CRITERIA)


@pytest.mark.parametrize("name", ["all", "reverse", "learned", "reranked", "heavy", "stored"])
def test_the_score_of_a_match_is_that_of_the_pair_alone(
    name: str, rankings: Callable[[str], Ranking]
) -> None:
    matcher, matches = rankings(name)
    alone = matcher.score(pairs_of(matches))
    assert [match.score for match in matches] == alone.score.tolist()
    assert [match.grade for match in matches] == alone.grade.tolist()


@pytest.mark.parametrize("name", ALL)
def test_what_is_said_beside_the_subject_moves_log_odds(
    name: str, rankings: Callable[[str], Ranking]
) -> None:
    """Each criterion's part is weight times agreement times the mean of p (1 - p)."""
    matcher, matches = rankings(name)
    above = weighing(matcher, NOTHING).score(pairs_of(matches)).above
    reach = (above * (1 - above)).mean(axis=1)
    weights = dict(matcher.weights.as_mapping())
    wished = {"wished": 1.0, "reverse wished": 0.4}.get(name, 0.0)
    scale = 1 / max(1.0, sum(weights.values()) + wished)
    assert (scale < 1) == (name in ("wished", "heavy"))
    moved = 0
    for row, (_, why) in enumerate(explained(matches)):
        subject = math.fsum(why.part(part) for part in SUBJECT)
        assert abs(subject - above[row].mean()) < 1e-9
        for part in why.parts:
            if part.name in SUBJECT or part.name == "preferences":
                continue
            agreed = _agreement(part.evidence)
            expected = scale * weights[part.name] * agreed * reach[row]
            assert abs(part.value - expected) < 1e-12
            assert part.name in why.judged
            moved += part.value != 0
        for criterion in why.unjudged:
            assert why.part(criterion) == 0
    assert moved > len(matches) / 2


def _agreement(evidence: Sequence[Evidence]) -> float:
    """Mean of what the evidence says; of indicators (met - missed) / (met + missed)."""
    return math.fsum(one.weight for one in evidence) / len(evidence)


def test_the_parts_of_the_texts_are_those_of_the_grader(
    sample_matcher: Matcher, rankings: Callable[[str], Ranking]
) -> None:
    _, matches = rankings("all")
    chosen = list(matches)[::23]
    model = sample_matcher._model
    needs, achievements, rows = sample_matcher._cataloguer.pairs(pairs_of(chosen))
    features = pair_features(needs.profiles, achievements.profiles, rows, terms=model.terms)
    expected = text_parts(model.grader, features)
    assert TEXT_PARTS == ("base", "terms", "near_terms", "meaning")
    dense = features[:, [at for at, name in enumerate(FEATURES) if name.startswith("dense")]]
    for row, match in enumerate(chosen):
        base, terms, near, meaning = expected[row].tolist()
        why = match.explain(spans=False)
        assert abs(why.part("base") - base) < 1e-12
        assert abs(why.part("meaning") - meaning) < 1e-12
        # Words that are equal on both sides move from the near terms to the terms.
        assert abs(why.part("terms") + why.part("near_terms") - (terms + near)) < 1e-12
        assert why.part("terms") >= terms - 1e-12
        assert min(why.part(name) for name in ("base", "terms", "near_terms")) > -1e-12
        # Texts that are less alike than any two drawn by lot speak against a pair.
        assert why.part("meaning") > -1e-12 or dense[row].min() < 0


def test_judgements_and_a_re_ranker_are_parts_of_their_own(
    sample_matcher: Matcher, rankings: Callable[[str], Ranking]
) -> None:
    cold = weighing(sample_matcher, NOTHING)
    for name, part in (("learned", "judgements"), ("reranked", "reranker")):
        matcher, matches = rankings(name)
        own = cold.score(pairs_of(matches)).score
        changed = weighing(matcher, NOTHING).score(pairs_of(matches)).score - own
        assert np.ptp(changed) > 0.05
        for row, (_, why) in enumerate(explained(matches)):
            assert abs(why.part(part) - changed[row]) < 1e-9
            other = {"judgements", "reranker"} - {part}
            assert not other & {one.name for one in why.parts}
    for name in ("all", "stored", "wished"):
        for _, why in explained(rankings(name)[1])[::7]:
            assert not {"judgements", "reranker"} & {one.name for one in why.parts}


def test_a_store_explains_the_same_bit_by_bit(
    sample_matcher: Matcher,
    stored: Matcher,
    rankings: Callable[[str], Ranking],
    asked: list[Need],
    sample_achievements: Records[Achievement],
) -> None:
    options: list[dict[str, Any]] = [{}, {"prefer": WISHES}, {"require": ["地区=辽宁|吉林"]}]
    for option in options:
        expected = sample_matcher.match(asked, k=3, **option)
        found = stored.match(asked, k=3, **option)
        assert list(found) == list(expected)
        assert [cased(one.explain()) for one in found] == [cased(one.explain()) for one in expected]
    offered = list(sample_achievements)[::21]
    both = [one.match_achievements(offered, k=4) for one in (sample_matcher, stored)]
    assert [cased(one.explain()) for one in both[1]] == [cased(one.explain()) for one in both[0]]
    assert len(both[0]) == 4 * len(offered)


def cased(why: Explanation) -> Explanation:
    """An explanation with its terms in lower case, as which a store keeps the words of a text."""
    return replace(
        why,
        parts=tuple(
            replace(
                part,
                evidence=tuple(
                    replace(one, need=one.need.lower(), achievement=one.achievement.lower())
                    for one in part.evidence
                ),
            )
            for part in why.parts
        ),
    )


def test_the_same_pair_is_explained_alike_in_any_company(
    sample_matcher: Matcher, rankings: Callable[[str], Ranking], asked: list[Need]
) -> None:
    _, wide = rankings("all")
    known = {(one.need.id, one.achievement.id): one for one in wide}
    for match in sample_matcher.match(asked[:3], k=2):
        same = known[match.need.id, match.achievement.id]
        assert match.explain(spans=False) == same.explain(spans=False)
    reverse = rankings("reverse")[1]
    shared = [one for one in reverse if (one.need.id, one.achievement.id) in known]
    assert len(shared) > 40
    for match in shared[::10]:
        same = known[match.need.id, match.achievement.id]
        assert match.explain(spans=False) == same.explain(spans=False)


def test_later_weights_do_not_change_an_earlier_explanation(
    sample_matcher: Matcher, asked: list[Need]
) -> None:
    matcher = copy.copy(sample_matcher)
    match = matcher.match(asked[:1], k=1)[0]
    matcher.weights = NOTHING
    why = match.explain()
    assert abs(math.fsum(part.value for part in why.parts) - match.score) < 1e-9
    assert matcher.match(asked[:1], k=1)[0].explain().part("money") == 0
    assert sample_matcher.weights == Weights()


# --- preferences ---------------------------------------------------------------------------------


def test_a_preference_moves_exactly_its_part(
    sample_matcher: Matcher, asked: list[Need], rankings: Callable[[str], Ranking]
) -> None:
    _, before = rankings("all")
    plain = {(one.need.id, one.achievement.id): one for one in before}
    matches = sample_matcher.match(asked, k=155, prefer=["成熟度>=6"])
    above = weighing(sample_matcher, NOTHING).score(pairs_of(matches)).above
    reach = (above * (1 - above)).mean(axis=1)
    told = {True: 0, False: 0, None: 0}
    wish = Constraint.parse("成熟度>=6")
    for row, match in enumerate(matches):
        old = plain[match.need.id, match.achievement.id]
        fulfilled = wish.judge(match.achievement).fulfilled
        told[fulfilled] += 1
        sign = {True: 1, False: -1, None: 0}[fulfilled]
        expected = 0.2 * sign * reach[row]
        assert abs(match.score - old.score - expected) < 1e-12
        why = match.explain(spans=False)
        assert abs(why.part("preferences") - expected) < 1e-12
        evidence = [
            one for part in why.parts if part.name == "preferences" for one in part.evidence
        ]
        assert [(one.detail, one.verdict) for one in evidence] == (
            [] if fulfilled is None else [("成熟度>=6", "met" if fulfilled else "missed")]
        )
        unmoved = old.explain(spans=False)
        for part in unmoved.parts:
            assert abs(why.part(part.name) - part.value) < 1e-12
    assert min(told.values()) > 20
    assert len(matches) == len(before)


def test_preferences_beyond_all_bounds_scale_everything_down(
    rankings: Callable[[str], Ranking],
) -> None:
    matcher, matches = rankings("wished")
    above = weighing(matcher, NOTHING).score(pairs_of(matches)).above
    reach = (above * (1 - above)).mean(axis=1)
    scale = 1 / (sum(Weights().as_mapping().values()) + 1.0)
    for row, (match, why) in enumerate(explained(matches)):
        judged = [(one, one.judge(match.achievement).fulfilled) for one in WISHES]
        shift = sum(one.weight * (1 if said else -1) for one, said in judged if said is not None)
        assert abs(why.part("preferences") - scale * shift * reach[row]) < 1e-12
        assert 0 <= match.score <= 1


# --- what is not said ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("criterion", "side", "emptied"),
    [
        ("money", 0, {"budget": ""}),
        ("money", 1, {"price": "面议"}),
        ("region", 0, {"region": "", "park": ""}),
        ("region", 1, {"region": ""}),
        ("cooperation", 1, {"cooperation": ()}),
    ],
)
def test_what_a_side_does_not_say_moves_nothing(
    criterion: str, side: int, emptied: dict[str, Any], rankings: Callable[[str], Ranking]
) -> None:
    matcher, matches = rankings("all")
    known = [(match, why) for match, why in explained(matches) if criterion in why.judged][::5]
    assert len(known) > 10
    assert any(why.part(criterion) for _, why in known)
    silent: list[Any] = [
        tuple(replace(one, **emptied) if at == side else one for at, one in enumerate(pair))
        for pair in pairs_of([match for match, _ in known])
    ]
    for score, (match, why) in zip(matcher.score(silent).score.tolist(), known, strict=True):
        assert abs(score - (match.score - why.part(criterion))) < 1e-12


def test_open_indicators_take_no_part(rankings: Callable[[str], Ranking]) -> None:
    _, matches = rankings("all")
    verdicts = set()
    for _, why in explained(matches):
        for one in why.open:
            assert one.value == 0
            verdicts.add(one.verdict)
            assert one.verdict == "incomparable" or one.achievement == ""
        for part in why.parts:
            if part.name == "indicators":
                assert {one.verdict for one in part.evidence} <= {"met", "missed"}
    assert verdicts == {"unsaid", "incomparable"}


# --- where it stands -----------------------------------------------------------------------------


def folded(text: str) -> str:
    return simplified("".join(unicodedata.normalize("NFKC", text).lower().split()))


def said_by(record: Need | Achievement, names: Sequence[str]) -> str:
    return folded("\n".join([*(getattr(record, name) for name in names), *record.keywords]))


def test_spans_are_in_the_two_records_of_the_pair(
    rankings: Callable[[str], Ranking], sample_needs: Records[Need]
) -> None:
    _, matches = rankings("wished")
    kinds = set()
    for match in list(matches)[::4]:
        why = match.explain()
        sides: dict[str, Any] = {"need": match.need, "achievement": match.achievement}
        evidence = [one for part in why.parts for one in part.evidence]
        for one in [*evidence, *why.open]:
            for span in one.spans:
                text = getattr(sides[span.side], span.field)
                assert 0 <= span.start < span.end <= len(text)
                assert text[span.start : span.end] == span.text
                kinds.add((one.kind, span.side))
                said = one.need if span.side == "need" else one.achievement
                if one.kind in ("term", "near_term"):
                    assert folded(span.text) == folded(said)
                elif one.kind == "indicator":
                    # Where the name stands apart, it is put before the value.
                    assert said.endswith(span.text)
                elif one.kind == "preference":
                    assert span.side == "achievement"
                    assert span.text in said
            if one.kind in ("term", "near_term"):
                assert folded(one.need) in said_by(match.need, NEED_TEXTS)
                assert folded(one.achievement) in said_by(match.achievement, ACHIEVEMENT_TEXTS)
        bare = match.explain(spans=False)
        assert bare == Explanation(
            why.score,
            tuple(
                replace(part, evidence=tuple(replace(one, spans=()) for one in part.evidence))
                for part in why.parts
            ),
            why.judged,
            tuple(replace(one, spans=()) for one in why.open),
        )
    expected = {(kind, side) for kind in ("term", "near_term", "indicator", "field") for side in
                ("need", "achievement")}  # fmt: skip
    assert kinds == {*expected, ("preference", "achievement")}


def test_nothing_in_common_has_nothing_to_explain(sample_matcher: Matcher) -> None:
    matcher = copy.copy(sample_matcher)
    matcher._held = InMemory(matcher._cataloguer)
    matcher.add(
        [Achievement(id="A1", title="？？？", price="10万元"), Achievement(id="A2", title="钢")]
    )
    need = Need(id="N1", title="！！！", budget="100万元")
    for match in matcher.match([need], k=2, prefer=["价格<=20万元"]):
        why = match.explain()
        assert match.score == 0
        assert all(part.value == 0 for part in why.parts)
        assert why.judged == ()


def test_a_match_made_by_hand_is_not_explained(sample_matches: Matches) -> None:
    found = sample_matches[0]
    made = replace(found, _why=None)
    assert made == found
    for ask in (made.explain, lambda: made.without("钢")):
        with pytest.raises(ConfigError, match="only matches that a search has found"):
            ask()


def test_views_of_a_ranking_are_explained_alike(sample_matches: Matches) -> None:
    whole = {(one.need.id, one.achievement.id): one for one in sample_matches}
    assert sample_matches.explainable
    for view in list(sample_matches.by_sector().values())[:5]:
        match = view[0]
        assert match.explain() == whole[match.need.id, match.achievement.id].explain()
