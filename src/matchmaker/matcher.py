"""The facade: records in, ranked matches out."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self, TypedDict, Unpack

from matchmaker.catalogue import Cataloguer, Progress, by_kind, no_progress
from matchmaker.counterfactual import counterfactuals
from matchmaker.demands import OptionReader, SearchOptions
from matchmaker.errors import ConfigError
from matchmaker.holdings import Holdings, InMemory, InStore, save
from matchmaker.language.sectors import SectorRegistry
from matchmaker.learned import Learned
from matchmaker.learning import Learner
from matchmaker.matches import Matches
from matchmaker.model import Model
from matchmaker.ranked import Ranked, Search
from matchmaker.records import Achievement, Need, ReadReport, Records
from matchmaker.records.where import Condition
from matchmaker.reporting import RunSummary
from matchmaker.retrieval.collection import Side
from matchmaker.retrieval.encoders import Encoder
from matchmaker.scoring.constraints import Constraint, Eligibility
from matchmaker.scoring.grader import Grades
from matchmaker.scoring.pairs import Direction
from matchmaker.scoring.reranker import Reranker
from matchmaker.search import Ranker
from matchmaker.store import KINDS, Kind, Store, latest


class MatcherOptions(TypedDict, total=False):
    """The parameters of :class:`Matcher`."""

    model: str | Path | None
    encoder: Encoder | None
    registry: SectorRegistry | None
    candidates: int
    progress: Progress | None
    reranker: Reranker | None
    learned: str | Path | None


class Matcher(Learner):
    """Matches needs with achievements, both ways.

    Records of either kind are added once and searched many times, from several threads if need
    be: a search sees what had been added when it began. The score of a pair depends on
    its two records only: adding, removing or filtering others never changes it.

    Parameters
    ----------
    model : str or Path, optional
        Folder of a model; by default the one that ships with the package.
    encoder : Encoder, optional
        Finds candidates and gives their similarity, instead of the model's own. Grading keeps to
        the model's, on whose vectors the grader was trained.
    registry : SectorRegistry, optional
        The user's own list of sectors. Those that the model knows by name or alias are predicted,
        those that bring examples (:meth:`SectorRegistry.with_examples`) are learned from them,
        the others come from what records declare.
    candidates : int
        How many records are graded for each query; at least k always are.
    progress : callable, optional
        Told of long work: ``progress(stage, done, total)``.
    reranker : Reranker, optional
        Reads the best candidates of each query once more, both texts of a pair together. Every
        score is then a blend of the grader's and its own, and only pairs that it has read are
        listed.
    learned : str or Path, optional
        A folder of judgements (:class:`~matchmaker.learned.Learned`) to learn from at once.

    Raises
    ------
    ModelError
        If the model is missing or damaged.
    StoreError
        If the folder of judgements is missing or damaged.
    ConfigError
        If ``candidates`` is below 1, or a number of the re-ranker is out of range.

    Examples
    --------
    >>> from matchmaker import Achievement, Matcher, Need
    >>> matcher = Matcher()
    >>> matcher.add([Achievement(id="A1", title="轴承钢连铸坯偏析控制技术")])
    1
    >>> matcher.match([Need(id="N1", title="连铸坯中心偏析")])[0].achievement.id
    'A1'
    """

    def __init__(
        self,
        *,
        model: str | Path | None = None,
        encoder: Encoder | None = None,
        registry: SectorRegistry | None = None,
        candidates: int = 100,
        progress: Progress | None = None,
        reranker: Reranker | None = None,
        learned: str | Path | None = None,
    ) -> None:
        self._model = Model.load(model, registry=registry)
        self.registry = self._model.registry
        self.encoder = encoder or self._model.encoder
        tell = progress or no_progress
        self._reranker = reranker
        self._ranker = Ranker(self._model, candidates=candidates, progress=tell, reranker=reranker)
        self._cataloguer = Cataloguer(self._model, encoder=self.encoder, progress=tell)
        self._held: Holdings = InMemory(self._cataloguer)
        self._reports: dict[type, ReadReport] = {}
        self._adding = threading.Lock()
        self._options = OptionReader()
        if learned is not None:
            self.learn(Learned.open(learned).pairs())

    @property
    def model_name(self) -> str:
        """Version and fingerprint of the model, and what else grades: judgements, a re-ranker."""
        name = f"{self._model.version} ({self._model.fingerprint})"
        if self.judged:
            name += f" + {len(self.judged)} judgements"
        return name if self._reranker is None else f"{name} + {self._reranker.name}"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Needs that were added, by id."""
        return self._held.records("needs")

    @property
    def achievements(self) -> tuple[Achievement, ...]:
        """Achievements that were added, by id."""
        return self._held.records("achievements")

    def add(self, records: Iterable[Need] | Iterable[Achievement]) -> int:
        """Add needs or achievements to what is searched.

        Parameters
        ----------
        records : iterable of Need or of Achievement
            All of one kind. A known id with the same content costs nothing; with other content
            it replaces the old record. A matcher opened from a store writes to it, in one step.

        Returns
        -------
        int
            How many records were new or changed.

        Raises
        ------
        ConfigError
            If kinds are mixed or an id stands for two different records.
        StoreError
            If the store cannot be written or another program is writing.
        """
        needs, achievements = by_kind(records)
        if needs and achievements:
            raise ConfigError("add takes records of one kind: either needs or achievements")
        kind: Kind = "needs" if needs else "achievements"
        changed = self._held.add(kind, needs or achievements)
        if isinstance(records, Records) and len(records):
            with self._adding:
                self._reports[type(records[0])] = records.report
        return changed

    def match(
        self,
        needs: Iterable[Need],
        *,
        k: int = 10,
        min_score: float = 0.0,
        sector: str | None = None,
        where: Condition | None = None,
        require: Iterable[str | Constraint] = (),
        prefer: Iterable[str | Constraint] = (),
    ) -> Matches:
        """Find achievements for needs.

        Parameters
        ----------
        needs : iterable of Need
        k : int
            Most achievements a need gets, best first.
        min_score : float
            In [0, 1]; worse pairs are left out.
        sector : str, optional
            Only needs and achievements of this sector, by any name that the registry knows.
        where : mapping or callable, optional
            What the achievements found must fulfil: wanted values by field, such as
            ``{"region": "辽宁"}``, or a function of an achievement. Scores stay as they are.
        require : iterable of str or Constraint
            Such as ``"trl>=6"``: only achievements that fulfil all of it are found, and those of
            which nothing is known unless the constraint drops them. Scores stay as they are;
            ``summary.eligibility`` counts who was left out by what.
        prefer : iterable of str or Constraint
            The same as wishes: fulfilled ones raise a score, unfulfilled ones lower it, and what
            is not known does neither.

        Returns
        -------
        Matches
            By need id, then rank.

        Raises
        ------
        ConfigError
            If an argument is out of range, the sector or a field is unknown, a constraint cannot
            be read, or an id stands for two different needs.
        """
        options = SearchOptions(
            k=k, min_score=min_score, sector=sector, where=where, require=require, prefer=prefer
        )
        asked, _ = by_kind(needs, expected=Need)
        return self._answer(asked, needs, needs_ask=True, **options)

    def match_achievements(
        self, achievements: Iterable[Achievement], **options: Unpack[SearchOptions]
    ) -> Matches:
        """Find needs for achievements: the reverse of :meth:`match`, with the same scores.

        Parameters
        ----------
        achievements : iterable of Achievement
        **options
            As for :meth:`match`; conditions and constraints are those of the needs found.

        Returns
        -------
        Matches
            By achievement id, then rank.

        Raises
        ------
        ConfigError
            As :meth:`match`.
        """
        _, asked = by_kind(achievements, expected=Achievement)
        return self._answer(asked, achievements, needs_ask=False, **options)

    def score(self, pairs: Iterable[tuple[Need, Achievement]]) -> Grades:
        """Grade given pairs; nothing needs to be added for it.

        Parameters
        ----------
        pairs : iterable of (Need, Achievement)

        Returns
        -------
        Grades
            One a pair, in the order given; ``.score`` and ``.grade`` are arrays.

        Raises
        ------
        ConfigError
            If an id stands for two different records of one kind, or a pair does not begin with
            a need and end with an achievement.
        """
        needs, achievements, rows = self._cataloguer.pairs(pairs)
        return self._ranker.grade(needs, achievements, rows)

    def save(self, folder: str | Path) -> None:
        """Save everything that was added in a store, for :meth:`open`.

        Parameters
        ----------
        folder : str or Path
            Made if missing. A store that is there gets what it lacks and loses what the matcher
            does not hold. Judgements are not part of it: they have a folder of their own.

        Raises
        ------
        StoreError
            If the folder holds something else, was made with another model or cannot be written.
        """
        save(self._held, Path(folder), model=self._model, encoder=self.encoder)

    @classmethod
    def open(
        cls, folder: str | Path, *, wait: float = 10.0, **options: Unpack[MatcherOptions]
    ) -> Self:
        """Open a store: what is added is written to it, and every search sees its latest state.

        Parameters
        ----------
        folder : str or Path
        wait : float
            Seconds to wait while another program writes, before an addition fails.
        **options
            As for :class:`Matcher`; model, encoder and registry must be those of the store.

        Returns
        -------
        Matcher
            Any number of threads may use it; :meth:`close` it in the end.

        Raises
        ------
        StoreError
            If the folder is missing, damaged, of another format or made with another model or
            encoder; the message says which and what to do.
        """
        matcher = cls(**options)
        matcher._held = InStore(
            Path(folder), model=matcher._model, encoder=matcher.encoder, wait=wait
        )
        return matcher

    def close(self) -> None:
        """Close the store, if there is one."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def store(self) -> Store | None:
        """The store that it was opened from."""
        return self._held.store if isinstance(self._held, InStore) else None

    def warm_up(self) -> None:
        """Open everything and search once, so that the next search takes its usual time."""
        search = Search(1, 0.0, None)
        for kind, record in zip(KINDS, (Achievement, Need), strict=True):
            asked: Any = self._cataloguer.catalogue([record(id="1", title="高强度轴承钢")])
            self._ranker.rank(asked, self._held.side(kind), search, needs_ask=record is Need)

    def _answer(
        self,
        records: Sequence[Any],
        given: Iterable[Any],
        *,
        needs_ask: bool,
        **options: Unpack[SearchOptions],
    ) -> Matches:
        kind: Kind = "achievements" if needs_ask else "needs"
        sector = self.registry.require(options.get("sector"))
        found: type = Achievement if needs_ask else Need
        held = self._held.side(kind)
        search, demands = self._options(options, sector=sector, found=found, side=held)
        asked, ranker = self._cataloguer.catalogue(records).of_sector(sector), self._ranker

        def look() -> tuple[Ranked[Any], Side[Any]]:
            side = self._held.side(kind)
            return ranker.rank(asked, side, search, needs_ask=needs_ask), side

        ranked, side = latest(look)
        without = counterfactuals(ranker, self._cataloguer, side, search, needs_ask=needs_ask)
        direction: Direction = "need_to_achievement" if needs_ask else "achievement_to_need"
        context = ranked.context(asked, direction, self.registry.names, without=without)
        matches = Matches(context, ranked.columns)
        eligibility = demands.eligibility() if demands is not None and len(asked) else None
        matches.summary = self._summary(search, given, eligibility)
        return matches

    def _summary(
        self, search: Search, asked: Iterable[Any], eligibility: Eligibility | None
    ) -> RunSummary:
        reports = dict(self._reports)
        if isinstance(asked, Records) and len(asked):
            reports[type(asked[0])] = asked.report
        return RunSummary(
            needs_report=reports.get(Need),
            achievements_report=reports.get(Achievement),
            k=search.k,
            min_score=search.min_score,
            sector=search.sector,
            model=self.model_name,
            preferences=tuple(map(str, search.prefer)),
            eligibility=eligibility,
        )


def match(needs: Iterable[Need], achievements: Iterable[Achievement], *, k: int = 10) -> Matches:
    """Match two lists in one call.

    Parameters
    ----------
    needs : iterable of Need
    achievements : iterable of Achievement
    k : int
        Most achievements a need gets.

    Returns
    -------
    Matches
        By need id, then rank.

    Raises
    ------
    ConfigError
        As :meth:`Matcher.match`.
    """
    matcher = Matcher()
    matcher.add(achievements)
    return matcher.match(needs, k=k)
