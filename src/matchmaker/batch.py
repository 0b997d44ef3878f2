"""All needs of a list against a store: in bounded memory, on all cores, and safe from a kill.

Needs are cut into chunks. Each is ranked on its own and becomes a file, a part, in a folder beside
the target; at the end the parts are joined. What a run had finished when it was interrupted is
taken up by the next one.

::

    from matchmaker.batch import BatchOptions, match_store

    if __name__ == "__main__":
        match_store("store", needs, "matches.jsonl", options=BatchOptions(k=20), workers=8)
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from matchmaker.batch_parts import Parts, claim, identity
from matchmaker.catalogue import Progress, by_kind, distinct_records
from matchmaker.demands import read_constraints
from matchmaker.errors import ConfigError, StoreError, WorkerError
from matchmaker.matcher import Matcher
from matchmaker.records import Need
from matchmaker.reporting.messages import check_lang
from matchmaker.reporting.streaming import check_stream_target, join_parts, write_part
from matchmaker.scoring.constraint_files import plain_constraints
from matchmaker.scoring.constraints import Constraint
from matchmaker.store import Store

Opener = Callable[..., Matcher]
"""Called with a store's folder and ``candidates=``; a process of its own must find it by name."""

_SENT_AHEAD = 256
"""Chunks that an executor of unknown size holds at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """What a batch asks for.

    Attributes
    ----------
    k : int
        Most achievements a need gets, best first.
    min_score : float
        In [0, 1]; worse pairs are left out.
    sector : str or None
        Only needs and achievements of this sector.
    where : mapping of str to str or collection of str
        Only achievements whose fields have one of these values, as for
        :meth:`~matchmaker.matcher.Matcher.match`; functions cannot be sent to other processes.
    require, prefer : tuple of str or Constraint
        What achievements must fulfil, and had better fulfil, as for
        :meth:`~matchmaker.matcher.Matcher.match`.
    reasons : bool
        Whether every pair says why.
    candidates : int
        How many achievements are graded for each need.
    lang : {"zh", "en"}
        Language of a .csv.
    chunk : int
        Needs of a part, at least 1. It changes how much work an interruption costs and no result;
        a run that is taken up keeps the one that it began with.
    opener : callable
        Opens the store in every process: a function of a module, such as ``Matcher.open``, or a
        ``functools.partial`` of one. It is called with the folder and ``candidates=``.
    settings : str
        Names what else the opener makes results depend on, such as the depth of a re-ranker. An
        interrupted run is taken up only where this, too, is the same.
    """

    k: int = 10
    min_score: float = 0.0
    sector: str | None = None
    where: Mapping[str, str | Collection[str]] = field(default_factory=dict)
    require: tuple[str | Constraint, ...] = ()
    prefer: tuple[str | Constraint, ...] = ()
    reasons: bool = True
    candidates: int = 100
    lang: str = "zh"
    chunk: int = 200
    opener: Opener = Matcher.open
    settings: str = ""


@dataclass(frozen=True, slots=True)
class _Job:
    """What a process has to know to make a part of a run."""

    parts: Parts
    store: Path
    generation: int
    options: BatchOptions
    lasting: bool
    """Whether its processes end with the run, and so may keep to a state until then."""


def match_store(
    store: str | Path,
    needs: Iterable[Need],
    target: str | Path,
    *,
    options: BatchOptions | None = None,
    workers: int | Executor = 1,
    resume: bool = False,
    progress: Progress | None = None,
) -> int:
    """Rank the achievements of a store for many needs, into a file.

    Parameters
    ----------
    store : str or Path
        Folder of a store.
    needs : iterable of Need
    target : str or Path
        Ending in .csv, .jsonl or .parquet. The parts stand in a folder beside it, named like it
        with ``.parts`` added, until all are finished. The bytes of the file depend on the store,
        the needs and the options only: not on workers, chunks or interruptions.
    options : BatchOptions, optional
    workers : int or concurrent.futures.Executor
        How many processes. With 1 everything happens in this one; with more, the calling program
        needs the usual ``if __name__ == "__main__"``. An executor, such as that of a cluster, is
        used as it is and not shut down; its processes must see the store and the target's folder
        under the same paths.
    resume : bool
        Take up what an interrupted run has finished; without one, begin anew.
    progress : callable, optional
        Told of needs: ``progress("rank", done, total)``.

    Returns
    -------
    int
        How many pairs were written.

    Raises
    ------
    ConfigError
        If an argument is out of range, an id stands for two different needs, a run that was
        interrupted is in the way, or the one to resume asked for something else.
    StoreError
        If the store cannot be opened, or was changed before every process had opened it; changes
        after that make no difference. (Processes of an executor keep no state between parts, so
        there every change is an error.)
    WorkerError
        If a process was killed, for instance for want of memory.
    MissingExtraError
        If a .parquet is asked for and pyarrow is not installed.
    """
    options = options or BatchOptions()
    check_lang(options.lang)
    ending = check_stream_target(target)
    if isinstance(workers, int) and workers < 1:
        raise ConfigError(f"workers must be at least 1, not {workers}")
    if options.chunk < 1:
        raise ConfigError(f"chunk must be at least 1, not {options.chunk}")
    where = _plain(options.where)
    # By id, each once, as a search in one piece would have them.
    by_id = distinct_records(by_kind(needs, expected=Need)[0])
    ordered = [by_id[key] for key in sorted(by_id)]
    folder, place = Path(store).resolve(), Path(target).resolve()
    with _still(options.opener(folder, candidates=options.candidates)) as (matcher, generation):
        # Wrong options are an error before anything is written.
        matcher.match([], **_asked(options))
        asked = {
            "k": options.k,
            "min_score": options.min_score,
            "sector": options.sector and matcher.registry.resolve(options.sector),
            "where": where,
            **_plain_constraints(options),
            "reasons": options.reasons,
            "candidates": options.candidates,
            "lang": options.lang if ending == ".csv" else "",
            "settings": options.settings,
            "store": generation,
        }
        found = identity(matcher, ordered, asked)
        parts = claim(place, found, chunk=options.chunk, resume=resume)
        job = _Job(parts, folder, generation, options, lasting=not isinstance(workers, Executor))
        try:
            _Run(job, ordered, progress or _no_progress).finish(matcher, workers)
        except BaseException:
            if not parts.finished():
                parts.remove()
            raise
    finished = parts.finished()
    join_parts([path for _, (path, _) in sorted(finished.items())], place)
    parts.remove()
    return sum(pairs for _, pairs in finished.values())


class _Run:
    """The chunks of a run that have no part yet, and who ranks them."""

    def __init__(self, job: _Job, needs: Sequence[Need], progress: Progress) -> None:
        self._job = job
        self._needs = needs
        self._progress = progress
        # Even no needs at all make a part: it holds the headings.
        chunks = range(max(-(-len(needs) // job.parts.chunk), 1))
        finished = job.parts.finished()
        self._missing = [number for number in chunks if number not in finished]
        self._done = len(needs) - sum(len(self._chunk(number)) for number in self._missing)

    def finish(self, matcher: Matcher, workers: int | Executor) -> None:
        """Make every part that is missing."""
        self._tell(0)
        if isinstance(workers, Executor):
            self._send(workers, ahead=_SENT_AHEAD)
            return
        workers = min(workers, len(self._missing))
        if workers <= 1:
            for number in self._missing:
                _make_part(matcher, self._job, number, self._chunk(number))
                self._tell(len(self._chunk(number)))
            return
        # Forked processes would share locks and threads of this one in whatever state they are.
        context = multiprocessing.get_context("spawn")
        reader, alive = context.Pipe(duplex=False)
        with (
            reader,
            alive,
            ProcessPoolExecutor(workers, context, _begin_worker, (reader,)) as pool,
        ):
            try:
                # No chunk waits in the pool, which could not be taken back from it.
                self._send(pool, ahead=workers)
            except BaseException:
                # Ends the processes, which may be in the middle of long parts.
                alive.close()
                raise

    def _send(self, executor: Executor, *, ahead: int) -> None:
        """Let an executor make the parts, with so many chunks in its hands at most."""
        waiting: dict[Future[None], int] = {}
        try:
            for number in self._missing:
                if len(waiting) == ahead:
                    self._collect(waiting)
                needs = self._chunk(number)
                waiting[executor.submit(_work, self._job, number, needs)] = len(needs)
            while waiting:
                self._collect(waiting)
        except BrokenExecutor as error:
            kept = len(self._job.parts.finished())
            raise WorkerError(
                "a process that ranked a part was killed, perhaps for want of memory (fewer "
                "workers need less); "
                + (
                    f"{kept} finished parts are kept in {self._job.parts.folder}: go on with "
                    "--resume (resume=True)"
                    if kept
                    else "no part had been finished"
                )
            ) from error
        finally:
            for future in waiting:
                future.cancel()

    def _collect(self, waiting: dict[Future[None], int]) -> None:
        """Wait for at least one part."""
        finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in finished:
            future.result()
            self._tell(waiting.pop(future))

    def _chunk(self, number: int) -> Sequence[Need]:
        chunk = self._job.parts.chunk
        return self._needs[number * chunk : (number + 1) * chunk]

    def _tell(self, more: int) -> None:
        self._done += more
        self._progress("rank", self._done, len(self._needs))


def _make_part(matcher: Matcher, job: _Job, number: int, needs: Sequence[Need]) -> None:
    matches = matcher.match(needs, **_asked(job.options))
    path = job.parts.path(number, len(matches))
    write_part(matches, path, lang=job.options.lang, reasons=job.options.reasons)


_held = threading.local()


def _work(job: _Job, number: int, needs: Sequence[Need]) -> None:
    """Make a part; what another process or thread is told to do."""
    matcher = _opened(job)
    with _store(matcher).still() as generation:
        if generation != job.generation:
            raise StoreError(
                f"{job.store}: was changed while needs were matched against it, and a result "
                f"belongs to one state; delete {job.parts.folder} and run again"
            )
        _make_part(matcher, job, number, needs)


def _opened(job: _Job) -> Matcher:
    """Give the matcher of this thread, opened once for all parts of a run."""
    key = (job.parts.run, job.parts.folder)
    if getattr(_held, "key", None) != key:
        if hasattr(_held, "until"):
            _held.until.close()
        opened = job.options.opener(job.store, candidates=job.options.candidates)
        _held.until, _held.matcher, _held.key = ExitStack(), opened, key
        _held.until.enter_context(opened)
        if job.lasting:
            _held.until.enter_context(_store(opened).still())
    matcher: Matcher = _held.matcher
    return matcher


@contextmanager
def _still(opened: Matcher) -> Iterator[tuple[Matcher, int]]:
    """Use a matcher on one state of its store, and close it in the end."""
    with opened, _store(opened).still() as generation:
        yield opened, generation


def _store(matcher: Matcher) -> Store:
    if matcher.store is None:
        raise ConfigError("the opener of a batch must open a store, as Matcher.open does")
    return matcher.store


def _begin_worker(alive: Connection) -> None:
    """Prepare a process that works for another one, as long as that keeps a connection open."""
    # Ctrl-C in a terminal reaches every process; the one that started them decides what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
    # One thread each: the processes are as many as the cores. The environment is for libraries
    # that are yet to be loaded.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    import faiss  # noqa: F401, loaded before its threads are limited
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


def _end_with(alive: Connection) -> None:
    """End this process when the other end of a connection is closed, if only by a kill."""
    with suppress(EOFError, OSError):
        alive.recv_bytes()
    os._exit(1)


def _asked(options: BatchOptions) -> dict[str, Any]:
    names = ("k", "min_score", "sector", "require", "prefer")
    asked = {name: getattr(options, name) for name in names}
    return {**asked, "where": options.where or None}


def _plain_constraints(options: BatchOptions) -> dict[str, object]:
    hard = read_constraints(options.require, "require", hard=True)
    soft = read_constraints(options.prefer, "prefer", hard=False)
    both = {"require": hard, "prefer": soft}
    return {name: plain_constraints(found)["constraint"] for name, found in both.items()}


def _plain(where: Mapping[str, str | Collection[str]]) -> dict[str, list[str]]:
    """List the values that each field may have, in an order that does not depend on the call."""
    plain: dict[str, list[str]] = {}
    for name in sorted(where):
        values = where[name]
        several = [values] if isinstance(values, str) else values
        if not isinstance(several, Collection) or not all(isinstance(v, str) for v in several):
            raise ConfigError(
                f"where[{name!r}] must be a text or several texts in a batch, not {values!r}"
            )
        plain[name] = sorted(set(several))
    return plain


def _no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""
