"""Processes for the tests of the store: forked from one that has opened the model.

Run as a program it is that one: it reads jobs, a line each, forks for each and says the number
of the process; when that has ended it says how.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any, Self


class Forks:
    """The program below, seen from the tests."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    def start(self, job: str, path: Path, **options: Any) -> Fork:
        """Begin a job on a store."""
        pipe: Any = self._server.stdin
        pipe.write(json.dumps({"job": job, "path": str(path), **options}).encode() + b"\n")
        return Fork(int(self.said()))

    def run(self, job: str, path: Path, **options: Any) -> int:
        """Do a job; how its process ended, a signal as a negative number."""
        self.start(job, path, **options)
        return self.ended()

    def ended(self) -> int:
        """Wait until the job is over."""
        return os.waitstatus_to_exitcode(int(self.said()))

    def goes_on(self, seconds: float) -> None:
        """Let a job work for some time; it must not end of itself."""
        if select.select([self._server.stdout], [], [], seconds)[0]:
            raise AssertionError(f"the process has ended: {self.ended()}")

    def said(self) -> str:
        pipe: Any = self._server.stdout
        return bytes(pipe.readline()).decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.communicate()


class Fork:
    """A process on a job."""

    def __init__(self, number: int) -> None:
        self.number = number

    def kill(self) -> None:
        os.kill(self.number, signal.SIGKILL)


def _serve() -> None:
    import faiss  # noqa: F401
    import wholeness

    from matchmaker.catalogue import Cataloguer
    from matchmaker.model import Model

    model = Model.load(None)
    # Dictionaries are read by the first record.
    warm = Cataloguer(model, encoder=model.encoder, progress=lambda *_: None)
    warm.catalogue(wholeness.achievements(range(2)))
    for line in sys.stdin:
        number = os.fork()
        if number == 0:
            status = 1
            try:
                options = json.loads(line)
                _JOBS[options.pop("job")](model, Path(options.pop("path")), **options)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        print(number, flush=True)
        print(os.waitpid(number, 0)[1], flush=True)


def change(model: Any, path: Path, *, log: str, seed: int, steps: dict[str, int]) -> None:
    """Change a store for ever, and log what each step is about to make of it.

    ``steps`` says how often which step is taken, and with which limits segments are made.
    """
    from wholeness import TYPES, title, titles

    from matchmaker.retrieval import partitions
    from matchmaker.store import Store, merging, writing

    limits = {key: steps.pop(key) for key in ("at_once", "draft", "exact") if key in steps}
    merging._AT_ONCE = limits.get("at_once", merging._AT_ONCE)
    writing._LARGEST_DRAFT = limits.get("draft", writing._LARGEST_DRAFT)
    partitions.EXACT = limits.get("exact", partitions.EXACT)
    # What was written outlives the process, if not the machine: see the test of the order.
    os.fsync = lambda _: None
    draw = random.Random(seed)
    said = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(**entry: Any) -> None:
        os.write(said, (json.dumps(entry) + "\n").encode())

    with Store.open(path, model=model, create=True) as store:
        held = titles(store)
        while True:
            kind = draw.choice(["needs", "achievements", "achievements"])
            step = draw.choices(list(steps), list(steps.values()))[0]
            after = {name: dict(records) for name, records in held.items()}
            mine = after[kind]
            some = draw.sample(sorted(mine), min(len(mine), draw.randint(1, 5)))
            if step == "remove" and len(mine) > 8:
                for one in some:
                    del mine[one]
            elif step in ("add", "remove"):
                step = "add"
                new = [f"{kind[0].upper()}{draw.randrange(40):03}" for _ in range(6)]
                # Few titles, so that some records are copies of others.
                mine |= {one: title(draw.randrange(60), draw.randrange(3)) for one in new + some}
            note(step=step, before=held, after=after)
            if step == "remove":
                store.remove(some, kind=kind)
            elif step == "add":
                store.add([TYPES[kind](id=one, title=text) for one, text in mine.items()])
            elif step == "replace":
                store.replace({kind: [TYPES[kind](id=i, title=t) for i, t in mine.items()]})
            else:
                getattr(store, step)()
            note(done=True)
            held = after


def hold(model: Any, path: Path, *, ready: str, go: str) -> None:
    """Begin to add a record, say so, and end when told."""
    from wholeness import achievements

    from matchmaker.store import Store

    told = []

    def wait(*_: object) -> None:
        if not told:
            told.append(Path(ready).write_text("x"))
            Path(go).read_text()

    with Store.open(path, model=model, progress=wait) as store:
        assert store.add(achievements([77])) == 1


def versions(model: Any, path: Path, *, numbers: int, first: int, last: int) -> None:
    """Write version after version of all records, each in one step."""
    from wholeness import achievements

    from matchmaker.store import Store

    os.fsync = lambda _: None
    with Store.open(path, model=model) as store:
        for version in range(first, last + 1):
            store.add(achievements(range(numbers), version))


def read(model: Any, path: Path, *, numbers: int, last: int) -> None:
    """Search again and again until the last version is there; each state must be whole."""
    from wholeness import follow

    from matchmaker.store import Store

    with Store.open(path, model=model) as store:
        follow(store, model, numbers=numbers, last=last)


def look(model: Any, path: Path, *, into: str) -> None:
    """Open, search and verify a store; write down what was said."""
    from wholeness import searched

    from matchmaker.errors import MatchmakerError
    from matchmaker.store import Store

    said: dict[str, Any] = {}

    def attempt(name: str, act: Any) -> None:
        try:
            said[name] = act()
        except MatchmakerError as error:
            said[name] = f"{type(error).__name__}: {error}"

    def search() -> Any:
        with Store.open(path, model=model) as store:
            for kind in ("needs", "achievements"):
                store.side(kind)
            try:
                return searched(store, model)
            except Exception as error:
                # Mapped arrays are compared with their checksums by verify only.
                return repr(error)

    def verify() -> Any:
        with Store.open(path, model=model) as store:
            return store.verify()

    attempt("search", search)
    attempt("verify", verify)
    Path(into).write_text(json.dumps(said), encoding="utf-8")


def limited(model: Any, path: Path, *, into: str) -> None:
    """Change a store while no file may grow beyond some size; write down what came of it."""
    import resource
    import shutil

    from wholeness import achievements, check_open, check_whole, titles

    from matchmaker.errors import StoreError
    from matchmaker.store import Store

    os.fsync = lambda _: None
    # What reads no dictionary later would not show that one cannot be written.
    said = []
    acts: dict[str, Any] = {
        "add": lambda store: store.add(achievements(range(3, 14), version=1)),
        "remove": lambda store: store.remove(["A003"]),
        "compact": lambda store: store.compact(),
        "reindex": lambda store: store.reindex(),
    }
    for name, act in acts.items():
        for size in (0, 100, 1000, 5000, 20_000, 33_000, 40_000, 60_000, 100_000, 1 << 20):
            copy = Path(into + f"-{name}-{size}")
            shutil.copytree(path, copy)
            with Store.open(copy, model=model) as store:
                before = titles(store)
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
                try:
                    act(store)
                    outcome = "changed"
                except StoreError as error:
                    outcome = f"StoreError: {error}"
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
                said.append(f"{name} {size} {outcome}")
                if outcome != "changed":
                    check_open(store, model, before)
                    act(store)
                held = titles(store)
                check_open(store, model, held)
            assert check_whole(copy, model)[0] == held
            shutil.rmtree(copy)
    Path(into).write_text("\n".join(said), encoding="utf-8")


_JOBS = {
    "change": change, "hold": hold, "versions": versions, "read": read, "look": look,
    "limited": limited,
}  # fmt: skip

if __name__ == "__main__":
    _serve()
