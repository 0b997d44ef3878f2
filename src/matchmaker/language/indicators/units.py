"""Units of measure: their canonical spelling, and how they are written."""

from __future__ import annotations

import functools
import re

# Entries of a canonical spelling and other ways to write it, in folded text.
_LATIN = """
mm MM Mm ㎜ | cm CM ㎝ | dm | m M | km Km KM ㎞ | μm um uM μM Um μ | nm | pm | mm² mm2 mm^2 ㎟ |
cm² cm2 cm^2 ㎠ | m² m2 m^2 ㎡ M2 | km² km2 km^2 ㎢ | hm² hm2 | mm³ mm3 mm^3 | cm³ cm3 cm^3 cc |
dm³ dm3 | m³ m3 m^3 M3 M³ ㎥ | Nm³ Nm3 | Sm³ Sm3 | g | kg Kg KG ㎏ | mg Mg MG ㎎ | μg ug ㎍ | ng |
pg | t T | s S sec | ms | μs us | ns | fs | ps | min Min MIN mins | h hr hrs Hr | d | a |
MPa Mpa MPA mpa mPa | GPa Gpa GPA gpa | kPa KPa Kpa kpa KPA | hPa | Pa pa PA | bar Bar | mbar |
atm | psi | mmHg mmhg | kW KW Kw kw ㎾ | W w | mW | MW Mw | GW | VA | kVA KVA | kVar kvar | MVA |
kWp | kWh KWh KWH kwh kW·h kW.h kW*h Kwh | MWh | GWh | Wh wh WH | kV KV kv Kv | V v | mV mv |
μV uV | kA KA | A | mA ma MA | μA uA | mAh mah MAh | Ah ah AH | Hz HZ hz | kHz KHz KHZ khz |
MHz Mhz MHZ | GHz Ghz GHZ | THz | N | kN KN | MN | mN | N·m Nm N.m N*m | kN·m kNm KN.m | J |
kJ KJ | MJ | GJ | mJ | cal | kcal Kcal | K | mK | dB db DB dB(A) dBA | dBm dbm | dBi |
ppm PPM PPm Ppm | ppma | ppmw |
ppb PPB | ppt | rpm RPM | Ω | kΩ KΩ | MΩ | mΩ | μΩ | μΩ·m | Ω·m | Ω·cm | Ω·cm² |
nit nits | mS | μS | S/m | mN/m | cells | F | μF uF | pF | nF | nH | μH uH | mH |
 mol | mmol | μmol umol | nmol |
L l | mL ml ML mI | μL ul uL μl | lx lux Lx | lm | cd | cP cp |
mPa·s mPa.s mPas mpa·s mpa.s mPa*s MPa·s | Pa·s Pa.s Pa*s | cSt | mm²/s mm2/s | HRC | HRA | HRB |
HV | HB HBW HBS | HRV | Sv | Gy | Bq | U | IU | CFU cfu | NTU | TEQ | ng-TEQ | ngTEQ | tce |
kgce | gce | mT | Gs | GS | bit | bps | kbps Kbps | Mbps mbps | Gbps | KB | MB | GB | TB | TOPS |
fps FPS | dpi | px | eV | keV | MeV | Da | kDa KDa | wt% wt.% | vol% | at% | mol% |
℃ °C °c 0C oC ºC ˚C | °F ℉ | rad | mrad | sccm | S/cm | g·cm | VPM
"""
_CHINESE = """
% 百分点 个百分点 个百分比 | ‰ | ° 度角 | mm 毫米 | cm 厘米 公分 | m 米 | km 公里 千米 | μm 微米 |
nm 纳米 | m² 平方米 平米 方米 | km² 平方公里 | m³ 立方米 立方 方 | cm² 平方厘米 | cm³ 立方厘米 |
mm² 平方毫米 | 公顷 | 亩 | g 克 | mg 毫克 | μg 微克 | kg 公斤 千克 | 斤 | t 吨 | s 秒 秒钟 |
ms 毫秒 | μs 微秒 | min 分钟 | h 小时 个小时 钟头 个钟头 | d 天 日 | 周 星期 个星期 |
月 个月 个月份 | 年 周年 | L 升 | mL 毫升 | μL 微升 | kW 千瓦 | MW 兆瓦 | W 瓦 | GW 吉瓦 |
kWh 千瓦时 度电 | V 伏 | kV 千伏 | A 安 | mA 毫安 | mAh 毫安时 | Ah 安时 | MPa 兆帕 | kPa 千帕 |
GPa 吉帕 | Pa 帕 | Hz 赫兹 | kHz 千赫 | MHz 兆赫 | GHz 吉赫 | J 焦耳 | N 牛 | kN 千牛 | dB 分贝 |
℃ 摄氏度 度 | rpm r/min 转/分 转/分钟 转/min 转每分钟 转每分 | 元 人民币 | 美元 | 欧元 | 日元 |
港元 | 大卡 | kcal 千卡 | 人 名 位 | 人次 | 单 | 批次 | 角秒 | 英寸 | 转 | 寸 | 角分 | 件 | 台 |
套 | 项 | 篇 | 次 | 倍 | 级 | 户 | 家 | 条 | 个 | 目 | 片 | 只 | 株 | 头 | 批 | 帧 | 例 | 种 |
支 | 盒 | 辆 | 座 | 栋 | 幢 | 张 | 卷 | 层 | 路 | 道 | 根 | 块 | 颗 | 粒 | 枚 | 瓶 | 袋 | 箱 |
份 | 门 | 所 | 组 | 对 | 只/组 | 笔 | 款 | 类 | 架 | 艘 | 口 | 炉 | 班 | 拷贝 | 万标箱 | 碗 | 羽 |
剂 | 罐 | 册 | 台次 | 尾 | 丝 | 点 | 分 | 轴 | 通道 | 像素 | 标煤 | 车 | 包 | 桶 | 吨钢 | 盘 |
孔 | 页
"""
# Behind a Chinese unit (the first character) these would make another word of it.
_OTHER_WORDS = """
元素件器宝 级联别 人工员才机造体类脸力 个性人体别股 台湾州阶 条件码纹带 次级氯生要序品
项目 年级轻龄代产度 天然线津气 日常本 分析布离钟之辨子解散段级类别为 批量次 片状材 头部
套筒管 家庭具电 户外型用 升级降温压 克服隆 周期边围转长 目标前的录 只有能是需要 点位击焊
种植子苗 层次间析 组成织合分元 对比于应称流 位置移于 度电 方法面式案向便 米粉饭 路面线基
道路次 门槛 口径 车间载轮 包装括覆 孔径隙 盘管 粒径度子 块状 根据部 瓦斯 名称为单
份额 轴承向 架构 牛肉奶 安全装 件号 袋式 班组 炉渣温体 类似型 所有需示 帕金 伏法
例如 尾气矿渣水 张力 支架撑持 瓶颈 丝杆 月份
"""
_NOT_BEFORE = {word[0]: word[1:] for word in _OTHER_WORDS.split()}
TIMES = frozenset(["s", "min", "h", "d", "周", "月", "年", "ms", "μs"])
"""Canonical units of time that make a compound a rate."""
_COUNTS_WORDS = """
项 件 台 套 人 篇 次 家 条 个 批 人次 批次 台次 单 片 只 株 头 户 例 种 支 盒 辆 座 路 层 栋 幢 张
卷 根 块 颗 粒 枚 瓶 袋 箱 份 门 所 组 对 笔 款 类 架 艘 羽 尾 位 道 口 车 包 桶 炉 页
"""
COUNTS = frozenset(_COUNTS_WORDS.split())
"""Canonical units of countable things."""
MONEY = frozenset(["元", "美元", "欧元", "日元", "港元"])
"""Canonical units of money."""


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for entry in f"{_LATIN}|{_CHINESE}".split("|"):
        spellings = entry.split()
        table |= dict.fromkeys(spellings, spellings[0])
    return table


CANONICAL = _table()
"""Canonical spelling by spelling."""


def _alternatives(spellings: list[str]) -> str:
    """Return a pattern of `spellings` that prefers the longest, as a tree of characters."""
    tree: dict[str, list[str]] = {}
    for spelling in spellings:
        tree.setdefault(spelling[0], []).append(spelling[1:])
    parts = []
    for first, rests in tree.items():
        more = [rest for rest in rests if rest]
        branch = re.escape(first) + (_alternatives(more) if more else "")
        if "" in rests:
            guard = _NOT_BEFORE.get(first, "") if len(spellings) == len(CANONICAL) else ""
            end = re.escape(first) + (f"(?![{guard}])" if guard else "")
            branch = f"{branch}|{end}" if more else end
        parts.append(branch)
    return f"(?:{'|'.join(parts)})"


_ATOM = _alternatives(list(CANONICAL)) + r"(?:(?<![A-Za-z])|(?![A-Za-z]))"
_POWER = rf"(?:{_ATOM}(?:(?:[·•*]|\.(?=[A-Za-z])){_ATOM}){{0,4}}+)"
_BELOW = rf"(?:\([^()，。;\n]{{1,24}}\)|(?:10{{1,3}}|[235]0|[12]5)?[百千万亿]{{0,2}}{_POWER})"
UNIT = (
    rf"(?:{_POWER}(?:\s?/\s?{_BELOW}){{0,3}}+|[\u4e00-\u9fff]{{1,3}}/{_BELOW}"
    rf"|[A-Za-zμΩ]{{1,5}}/{_BELOW}|/{_BELOW})"
)
"""Pattern of a unit in folded text, standing right behind its number."""
_PARTS = re.compile(r"[/·•*().]+|[0-9.]*[^/·•*().]+")
_DIGITS = re.compile(r"\d[\d.]*")


@functools.lru_cache(4096)
def canonical_unit(text: str) -> str:
    """Return the canonical spelling of a unit, compound or simple.

    Parameters
    ----------
    text : str
        What :data:`UNIT` matched.

    Returns
    -------
    str
        What no table knows stays as it is.

    Examples
    --------
    >>> canonical_unit("吨/年"), canonical_unit("W/(m•k)"), canonical_unit("Gpa")
    ('t/年', 'W/(m·K)', 'GPa')
    """
    text = text.replace(" ", "")
    if text in CANONICAL:
        return CANONICAL[text]
    found = []
    below = False
    for part in _PARTS.findall(text):
        if part[0] in "/·•*()." and not part[-1].isalpha():
            below = below or "/" in part
            found.append(part.replace("•", "·").replace("*", "·").replace(".", "·"))
            continue
        number = _DIGITS.match(part)
        head = number[0] if number else ""
        rest = CANONICAL.get(part[len(head) :], part[len(head) :])
        if below:
            rest = {"分": "min", "a": "年", "班次": "班", "k": "K"}.get(rest, rest)
        found.append(head + rest)
    unit = "".join(found)
    return "rpm" if unit in ("r/min", "转/min") else unit


@functools.lru_cache(4096)
def is_rate(unit: str) -> bool:
    """Return whether a canonical unit is one of something per time."""
    if unit in ("rpm", "bps", "kbps", "Mbps", "Gbps"):
        return True
    # kW·h is an energy.
    _, slash, below = unit.replace("W·h", "Wh").replace("A·h", "Ah").partition("/")
    if unit.count("/") > 1:
        return False
    return bool(slash) and any(
        _DIGITS.sub("", part) in TIMES for part in re.split(r"[/·()]", below)
    )
