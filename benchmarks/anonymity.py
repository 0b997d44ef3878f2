"""How much of invented names is left after anonymising, how many words stay, and how fast it is.

Run ``python -m benchmarks.anonymity``. Names of all kinds are made from lists, with a seed, and
put into the bundled sample's records; neither the lists nor the seed are those of the tests. Every
record is anonymised knowing only itself and the record whose field makes the name known, if any.

Beside the package stand two others, which get the same records:

- "fields and patterns": what a careful person does with search and replace. Exact values of the
  organisation, team and contact columns are replaced, and phones and mail by two patterns.
- "jieba.posseg": the words that jieba's tagger takes for persons (nr) or organisations (nt), on
  top of the first. It is the one peer that runs from what is installed: presidio needs a spaCy
  model for Chinese, which would have to be downloaded, and jionlp is not among the dependencies;
  neither was tried.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.environment import RESULTS, facts, write_result

NAMES = Path(__file__).parents[1] / "tests" / "language" / "anonymity_names.py"
PACKAGES = ("matchmaker", "rjieba", "jieba", "opencc")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LISTS: dict[str, tuple[str, ...]] = {
    "brands": _words(
        "骅昇 晟砚 璟铄 沣澈 钧霆 祎辰 澔源 珺驰 霈霖 崧峻 琮瀚 芮铂 砚农 懋林 臻赫 榭澜 湛蓝岸 "
        "翡翠湾 青杠岭 黑鹰山 杨家坳 天鸿 瑞丰 华星 鑫达 昱泰 博悦 恒屹 铭科 蓝图 东昇 顺通 "
        "万邦 永旺 双环 聚贤 盛世 凯旋 京华 银河"
    ),
    "trades": _words(
        "钢管 纳米材料 数控机床 药业 电子 水处理 精细化工 软件 铜业 齿轮 乳业 机器人 种业 "
        "诊断试剂 陶瓷 激光 仪表 铸造 阀门 粉末冶金 生物工程 石化装备"
    ),
    "cities": _words("长沙 株洲 唐山 烟台 合肥 宁波 佛山 宝鸡 营口 哈尔滨 南通 绵阳"),
    "surnames": _words(
        "刘 孙 胡 朱 高 林 何 郭 马 罗 宋 谢 唐 许 曹 彭 曾 萧 田 董 潘 袁 余 方 石 金 上官 "
        "慕容 令狐"
    ),
    "given": _words(
        "强 秀英 海燕 子轩 宇航 春生 立新 振华 红梅 俊杰 国栋 守义 乐 世昌 慧敏 启超 雅琴 润东 "
        "凤霞 大伟 一鸣 可欣 中华 平"
    ),
    "streets": _words("建设 解放 长江 学府 朝晖 云杉 桃源 龙泉 金沙 望海 迎宾 经三 中山 滨河"),
    "pinyin": _words("sunqiang jingshuo gaolin fengche heyuhang ruifeng tianhong songlixin"),
    "plain_brands": _words("长城 启明 红旗 先锋 泰山 松鹤 雪莲 蓝天 海鸥 友谊 胜利 民生"),
}
"""Other names than the tests use, dictionary words among the brands."""

_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?!\d)")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,3}")
_CONTACTS = re.compile(r"联系|电话|手机|邮箱|姓名|负责人|单位|品牌")

Record = Any
System = Callable[[Record, Sequence[Record]], Record]


@cache
def names_module() -> Any:
    """Load the generator of names, which the tests share."""
    spec = importlib.util.spec_from_file_location("anonymity_names", NAMES)
    if spec is None or spec.loader is None or not NAMES.exists():
        raise FileNotFoundError(f"{NAMES}: run from a checkout, which has the tests")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def sample() -> list[Record]:
    """Return the bundled sample's records of both sides."""
    from matchmaker import read_achievements, read_needs
    from matchmaker.sample import sample_path

    needs = read_needs(sample_path("needs.csv"))
    return [*needs, *read_achievements(sample_path("achievements.xlsx"))]


def by_package(record: Record, others: Sequence[Record]) -> Record:
    """Anonymise with the package."""
    from matchmaker.language.anonymity import Anonymiser

    return Anonymiser([*others, record]).record(record)


def by_fields_and_patterns(record: Record, others: Sequence[Record]) -> Record:
    """Replace exact values of fields, phones and mail."""
    return _rewritten(record, _replacer([*others, record]))


def by_tagger(record: Record, others: Sequence[Record]) -> Record:
    """Replace what jieba tags as a person or an organisation, on top of the first baseline."""
    first = _replacer([*others, record])

    def replaced(text: str) -> str:
        pairs = _tagger().cut(first(text))
        return "".join("某某" if pair.flag in ("nr", "nt") else pair.word for pair in pairs)

    return _rewritten(record, replaced)


SYSTEMS: dict[str, System] = {
    "matchmaker": by_package,
    "fields and patterns": by_fields_and_patterns,
    "jieba.posseg": by_tagger,
}


def _replacer(records: Sequence[Record]) -> Callable[[str], str]:
    values: set[str] = set()
    for record in records:
        values |= {record.organisation, getattr(record, "team", "")}
        values |= {cell for name, cell in record.extra.items() if _CONTACTS.search(name)}
    known = sorted(filter(None, values), key=len, reverse=True)

    def replaced(text: str) -> str:
        for value in known:
            text = text.replace(value, "某某")
        return _MAIL.sub("某某", _PHONE.sub("某某", text))

    return replaced


def _rewritten(record: Record, replaced: Callable[[str], str]) -> Record:
    from matchmaker.records.types import field_kinds

    kinds = field_kinds(type(record))
    changed: dict[str, Any] = {name: replaced(getattr(record, name)) for name in kinds.texts}
    changed |= {name: tuple(map(replaced, getattr(record, name))) for name in kinds.lists}
    extra = {name: cell for name, cell in record.extra.items() if not _CONTACTS.search(name)}
    changed["extra"] = {name: replaced(cell) for name, cell in extra.items()}
    changed["organisation"] = "某某" if record.organisation else ""
    changed["id"] = changed["id"] or "某某"
    return replace(record, origin=None, **changed)


@cache
def _tagger() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba.posseg

    jieba.setLogLevel(60)
    return jieba.posseg.POSTokenizer(jieba.Tokenizer())


def words(record: Record) -> Counter[str]:
    """Count the words of a record's title, body and goals or indicators."""
    from matchmaker.language.normalize import matching_text
    from matchmaker.language.words import Tokenizer

    goals = getattr(record, "goals", "") or getattr(record, "indicators", "")
    return Counter(Tokenizer().words(matching_text("\n".join((record.title, record.body, goals)))))


def share_kept(pairs: Iterable[tuple[Record, Record]]) -> float:
    """Return the share of the words of clean records that what is shown still has."""
    total = found = 0
    for clean, shown in pairs:
        before = words(clean)
        total += before.total()
        found += (before & words(shown)).total()
    return round(found / max(1, total), 5)


def measure(system: System, records: Sequence[Record], cases: Sequence[Any]) -> dict[str, Any]:
    """Count leaks by kind, and the words that stay with and without names in the records."""
    leaks = names_module().leaks
    started = time.process_time()
    shown = [system(case.record, case.others) for case in cases]
    seconds = time.process_time() - started
    tried = Counter(case.kind for case in cases)
    left = Counter(case.kind for case, seen in zip(cases, shown, strict=True) if leaks(case, seen))
    return {
        "cases": len(cases),
        "leaked": left.total(),
        "leaked_share": round(left.total() / len(cases), 5),
        "leaked_by_kind": {kind: f"{left[kind]} of {n}" for kind, n in sorted(tried.items())},
        "words_kept_around_names": share_kept(
            (case.clean, seen) for case, seen in zip(cases, shown, strict=True)
        ),
        "words_kept_without_names": share_kept((r, system(r, ())) for r in records),
        "cpu_seconds": round(seconds, 3),
    }


def speed(records: Sequence[Record], *, names: int, n: int, seed: int) -> dict[str, float]:
    """Return records a second, with few and with many known names."""
    from matchmaker import Need
    from matchmaker.language.anonymity import Anonymiser

    rng = random.Random(seed)
    made = [
        Need(
            id=f"M{i}",
            title="x",
            organisation=f"沈阳{_character(rng)}{_character(rng)}特钢有限公司",
        )
        for i in range(names)
    ]
    # Other titles each time round, so that nothing short is remembered from the last.
    asked = [
        replace(record, id=f"R{i}", title=f"{record.title}{i}")
        for i, record in ((i, records[i % len(records)]) for i in range(n))
    ]
    result: dict[str, float] = {"characters": round(sum(len(r.body) for r in asked) / n, 1)}
    for label, known in (("few_names", list(records)), ("many_names", [*records, *made])):
        cpu = time.process_time()
        anonymiser = Anonymiser(known)
        result[f"{label}_setup_cpu_seconds"] = round(time.process_time() - cpu, 3)
        started, cpu = time.perf_counter(), time.process_time()
        for record in asked:
            anonymiser.record(record)
        result[f"{label}_records_a_second"] = round(n / (time.perf_counter() - started), 1)
        result[f"{label}_records_a_cpu_second"] = round(n / (time.process_time() - cpu), 1)
    return result


def _character(rng: random.Random) -> str:
    return chr(rng.randrange(0x4E00, 0x9000))


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.anonymity", description=__doc__)
    options.add_argument("--cases", type=int, default=1400)
    options.add_argument("--seed", type=int, default=511)
    options.add_argument("--names", type=int, default=10_000, help="known names for the speed")
    options.add_argument("--records", type=int, default=2000, help="records for the speed")
    options.add_argument("--out", type=Path, default=RESULTS / "anonymity.json")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    arguments = parser().parse_args(argv)
    protocol = {name: getattr(arguments, name) for name in ("cases", "seed", "names", "records")}
    module = names_module()
    records = sample()
    cases = module.make_cases(
        records, module.Lists(**LISTS), n=arguments.cases, seed=arguments.seed
    )
    results: dict[str, Any] = {}
    for name, system in SYSTEMS.items():
        results[name] = measure(system, records, cases)
        print(name, results[name], flush=True)
    results["matchmaker"]["speed"] = speed(
        records, names=arguments.names, n=arguments.records, seed=arguments.seed
    )
    print(results["matchmaker"]["speed"], flush=True)
    write_result(
        {"benchmark": "anonymity", "protocol": protocol, **facts(PACKAGES), "results": results},
        arguments.out,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
