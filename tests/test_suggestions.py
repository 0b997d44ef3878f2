"""Which pairs are suggested, on records and doubts made by hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from matchmaker import Matcher, Records
from matchmaker.catalogue import Cataloguer
from matchmaker.errors import ConfigError
from matchmaker.learned import JudgedPair
from matchmaker.model import Model
from matchmaker.records import Achievement, Need
from matchmaker.retrieval.collection import Collection
from matchmaker.suggestions import Pair, Pool, Suggestions, choose, suggest

NEEDS = [
    Need(id="N1", title="高炉煤气脱硫"),
    Need(id="N2", title="锂电池隔膜涂覆"),
    Need(id="N3", title="轴承钢中心偏析"),
]
ACHIEVEMENTS = [
    Achievement(id="A1", title="高炉煤气精脱硫技术"),
    Achievement(id="A2", title="电池隔膜陶瓷涂层"),
    Achievement(id="A3", title="大方坯连铸轻压下"),
    Achievement(id="A4", title="数控机床主轴"),
]


@pytest.fixture(scope="module")
def collections() -> tuple[Collection[Need], Collection[Achievement]]:
    model = Model.load(None, registry=None)
    cataloguer = Cataloguer(model, encoder=model.encoder, progress=lambda *_: None)
    return cataloguer.catalogue(NEEDS), cataloguer.catalogue(ACHIEVEMENTS)


def with_vectors(collection: Collection, vectors: Sequence[Sequence[float]]) -> Collection:
    return Collection(
        collection.records,
        collection.labels,
        collection.profiles,
        np.asarray(vectors, dtype=np.float32),
    )


@pytest.fixture
def pool(collections) -> Pool:
    """Every need with every achievement, needs at right angles; A1 and A2 nearly alike."""
    needs, achievements = collections
    return Pool(
        with_vectors(needs, np.eye(3)),
        with_vectors(achievements, [[2, 0, 0], [1.6, 1.2, 0], [0, 0, 5], [0, -1, 0]]),
        np.repeat(np.arange(3), 4),
        np.tile(np.arange(4), 3),
    )


def test_without_likeness_the_most_doubtful_come_first(pool: Pool) -> None:
    alone = pool.take(np.array([0, 6, 11]))  # three needs, three achievements at right angles
    assert choose(alone, np.array([0.2, 0.9, 0.5]), n=2).tolist() == [1, 2]
    assert choose(alone, np.array([0.2, 0.9, 0.5]), n=99).tolist() == [1, 2, 0]


def test_of_equal_doubts_the_first_ids_come_first(pool: Pool) -> None:
    backwards = pool.take(np.array([11, 6, 0]))
    assert choose(backwards, np.full(3, 0.5), n=3).tolist() == [2, 1, 0]


def test_a_pair_like_a_chosen_one_waits(pool: Pool) -> None:
    one_need = pool.take(np.arange(4))
    # A1 is taken; A2, of cosine 0.8 with it, keeps 0.324 of 0.9; A3 and A4 keep all of theirs.
    assert choose(one_need, np.array([1.0, 0.9, 0.4, 0.33]), n=4).tolist() == [0, 2, 3, 1]
    assert choose(one_need, np.array([1.0, 0.9, 0.4, 0.31]), n=4).tolist() == [0, 2, 1, 3]
    # A4 has a negative cosine with A2, which discounts nothing.
    assert choose(one_need, np.array([0.1, 0.9, 0.4, 0.85]), n=4).tolist() == [1, 3, 2, 0]


def test_discounts_multiply(pool: Pool) -> None:
    needs, achievements = pool.needs, pool.achievements
    half = np.sqrt([0.5, 0.5, 0])
    alike = Pool(
        needs,
        with_vectors(achievements, [[1, 0, 0], [0, 1, 0], half, [0, 0, 1]]),
        np.zeros(4, dtype=np.int64),
        np.arange(4),
    )
    kept = 0.25  # of the third, after the first two
    assert choose(alike, np.array([1, 1, 0.9, 0.9 * kept - 0.01]), n=4).tolist() == [0, 1, 2, 3]
    assert choose(alike, np.array([1, 1, 0.9, 0.9 * kept + 0.01]), n=4).tolist() == [0, 1, 3, 2]


def test_needs_count_as_much_as_achievements(pool: Pool) -> None:
    needs = with_vectors(pool.needs, [[1, 0, 0], [0.6, 0.8, 0], [0, 0, 1]])
    rows = np.array([0, 1, 2]), np.array([0, 0, 0])  # A1 for each need
    alike = Pool(needs, pool.achievements, *rows)
    # 0.64 of N2's pair is left, all of N3's.
    assert choose(alike, np.array([1.0, 0.9, 0.59]), n=3).tolist() == [0, 2, 1]
    assert choose(alike, np.array([1.0, 0.9, 0.56]), n=3).tolist() == [0, 1, 2]


def test_every_pair_comes_once_even_without_any_doubt(pool: Pool) -> None:
    assert sorted(choose(pool, np.zeros(12), n=12).tolist()) == list(range(12))
    blank = Pool(
        with_vectors(pool.needs, np.zeros((3, 2))),
        with_vectors(pool.achievements, np.zeros((4, 2))),
        pool.need_rows,
        pool.achievement_rows,
    )
    assert sorted(choose(blank, np.linspace(0, 1, 12), n=50).tolist()) == list(range(12))


def doubts(values: dict[tuple[str, str], float]):
    def of(part: Pool) -> np.ndarray:
        return np.array([values.get((need.id, found.id), 0.1) for need, found in part.pairs])

    return of


def ids(suggestions: Sequence[Pair]) -> list[tuple[str, str]]:
    return [(need.id, achievement.id) for need, achievement in suggestions]


def test_judged_pairs_are_never_suggested_again(pool: Pool) -> None:
    judged = [
        JudgedPair(NEEDS[0], ACHIEVEMENTS[0], 4),
        # The same ids with other texts, and the same texts under other ids.
        JudgedPair(Need(id="N2", title="x"), Achievement(id="A2", title="y"), 1),
        JudgedPair(
            Need(id="other", title=NEEDS[2].title),
            Achievement(id="another", title=ACHIEVEMENTS[2].title),
            2,
        ),
    ]
    asked: list[Pair] = []

    def doubt(part: Pool) -> np.ndarray:
        asked.extend(part.pairs)
        return np.ones(len(part.pairs))

    found = ids(suggest(pool, n=99, doubt=doubt, judged=judged))
    every = [(need.id, achievement.id) for need in NEEDS for achievement in ACHIEVEMENTS]
    assert sorted(found) == sorted(set(every) - {("N1", "A1"), ("N2", "A2"), ("N3", "A3")})
    assert len(asked) == 9


def test_the_order_tells_nothing_but_the_seed(pool: Pool) -> None:
    one = doubts({("N1", "A1"): 0.9, ("N2", "A3"): 0.8, ("N1", "A3"): 0.7, ("N3", "A4"): 0.6})
    # The same four, in another order of doubt.
    other = doubts({("N1", "A1"): 0.6, ("N2", "A3"): 0.7, ("N1", "A3"): 0.8, ("N3", "A4"): 0.9})
    seen = set()
    for seed in range(30):
        found = ids(suggest(pool, n=4, doubt=one, seed=seed))
        assert found == ids(suggest(pool, n=4, doubt=other, seed=seed))
        assert set(found) == {("N1", "A1"), ("N2", "A3"), ("N1", "A3"), ("N3", "A4")}
        positions = [at for at, (need, _) in enumerate(found) if need == "N1"]
        assert positions[1] == positions[0] + 1
        seen.add(tuple(found))
    assert len(seen) == 12  # three needs in any order, and the two of N1 in either


@pytest.mark.parametrize("n", [0, -1, 2.0, True])
def test_a_number_below_one_is_refused(pool: Pool, n: object) -> None:
    with pytest.raises(ConfigError, match="n, the number of pairs to suggest, must be at least 1"):
        suggest(pool, n=n, doubt=doubts({}))


def test_suggestions_are_a_sequence(tmp_path: Path) -> None:
    pairs = tuple((need, ACHIEVEMENTS[0]) for need in NEEDS)
    suggestions = Suggestions(pairs)
    assert len(suggestions) == 3
    assert suggestions[1] == pairs[1]
    assert suggestions[1:] == pairs[1:]
    assert list(suggestions) == list(pairs)
    suggestions.write(tmp_path / "j.xlsx")
    assert (tmp_path / "j.xlsx").stat().st_size > 1000


def test_the_matcher_suggests_among_the_best_of_each_need(
    sample_needs: Records[Need], sample_achievements: Records[Achievement]
) -> None:
    matcher = Matcher()
    matcher.add(sample_achievements)
    best = [(match.need, match.achievement) for match in matcher.match(sample_needs, k=4)]
    doubt = matcher.doubt(best)
    (first,) = matcher.suggest_pairs(1, sample_needs, k=4)
    assert first == best[int(np.argmax(doubt))]
    found = matcher.suggest_pairs(40, iter(sample_needs), k=4)
    assert len(set(ids(found))) == 40
    assert set(ids(found)) <= set(ids(best))
    # By doubt alone, without any discount, fewer needs would come up.
    plain = [best[row] for row in np.argsort(-doubt, kind="stable")[:40]]
    assert len({need for need, _ in ids(found)}) > len({need for need, _ in ids(plain)})
    matcher.learn([JudgedPair(*pair, 2) for pair in found])
    assert not set(ids(matcher.suggest_pairs(40, sample_needs, k=4))) & set(ids(found))
    everything = matcher.suggest_pairs(10_000, sample_needs, k=4)
    assert set(ids(everything)) == set(ids(matcher_best(matcher, sample_needs))) - set(ids(found))


def matcher_best(matcher: Matcher, needs: Records[Need]) -> list[Pair]:
    return [(match.need, match.achievement) for match in matcher.match(needs, k=4)]


def test_the_matcher_refuses_what_cannot_be_suggested(sample_matcher: Matcher) -> None:
    need = Need(id="N", title="脱硫")
    for wrong in ({"n": 0}, {"k": 0}):
        with pytest.raises(ConfigError, match="must be"):
            sample_matcher.suggest_pairs(**({"n": 1, "needs": [need]} | wrong))
    with pytest.raises(ConfigError, match="expected records of type Need, got Achievement"):
        sample_matcher.suggest_pairs(1, ACHIEVEMENTS)
