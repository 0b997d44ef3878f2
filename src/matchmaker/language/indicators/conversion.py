"""Conversion between units; loads pint when first asked, never while extracting."""

from __future__ import annotations

import functools
import re
import tokenize
from typing import TYPE_CHECKING, Any

from matchmaker.language.indicators.units import CANONICAL

if TYPE_CHECKING:
    from pint import UnitRegistry

# What pint calls a unit, where it does not know our canonical spelling or means another by it.
_PINT = {
    "%": "percent", "‰": "permille", "ppm": "ppm", "°": "degree", "℃": "degC", "℉": "degF",
    "K": "kelvin", "mK": "millikelvin", "t": "metric_ton", "h": "hour", "d": "day", "周": "week",
    "月": "month", "年": "year", "min": "minute", "s": "second", "Ω": "ohm", "kΩ": "kiloohm",
    "MΩ": "megaohm", "mΩ": "milliohm", "亩": "(2000 / 3 * meter ** 2)", "公顷": "hectare",
    "hm²": "hectare", "斤": "(0.5 * kilogram)", "大卡": "kilocalorie", "L": "liter",
    "mL": "milliliter", "μL": "microliter", "cP": "centipoise", "cSt": "centistokes",
    "倍": "(100 * percent)", "mPa·s": "(millipascal * second)", "Pa·s": "(pascal * second)",
    "N·m": "(newton * meter)", "kN·m": "(kilonewton * meter)", "kWh": "(kilowatt * hour)",
    "MWh": "(megawatt * hour)", "GWh": "(gigawatt * hour)", "Wh": "(watt * hour)",
    "mAh": "(milliampere * hour)", "Ah": "(ampere * hour)", "Nm³": "meter ** 3",
    "Sm³": "meter ** 3", "丝": "(10 * micrometer)", "bps": "(bit / second)",
    "kbps": "(kilobit / second)", "Mbps": "(megabit / second)", "Gbps": "(gigabit / second)",
    "KB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte", "kcal": "kilocalorie",
    "cal": "calorie", "lx": "lux", "lm": "lumen", "Da": "dalton", "kDa": "kilodalton",
    "VA": "volt_ampere", "kVA": "kilovolt_ampere", "g·cm": "(gram * centimeter)",
    "Ω·m": "(ohm * meter)", "Ω·cm": "(ohm * centimeter)", "μΩ·m": "(microohm * meter)",
    "Ω·cm²": "(ohm * centimeter ** 2)", "mm²/s": "(millimeter ** 2 / second)",
    "ppb": "(0.001 * ppm)", "nit": "(candela / meter ** 2)", "角秒": "arcsecond",
    "角分": "arcminute", "S/cm": "(siemens / centimeter)", "S/m": "(siemens / meter)",
    "mS": "millisiemens", "μS": "microsiemens", "mN/m": "(millinewton / meter)", "mmHg": "mmHg",
}  # fmt: skip
# Units that pint knows by our own spelling.
_SAME = frozenset(
    [
        "mm",
        "cm",
        "dm",
        "m",
        "km",
        "μm",
        "nm",
        "pm",
        "g",
        "kg",
        "mg",
        "μg",
        "ng",
        "pg",
        "ms",
        "μs",
        "ns",
        "ps",
        "fs",
        "MPa",
        "GPa",
        "kPa",
        "hPa",
        "Pa",
        "bar",
        "mbar",
        "atm",
        "psi",
        "kW",
        "W",
        "mW",
        "MW",
        "GW",
        "MVA",
        "kV",
        "V",
        "mV",
        "μV",
        "kA",
        "A",
        "mA",
        "μA",
        "Hz",
        "kHz",
        "MHz",
        "GHz",
        "THz",
        "N",
        "kN",
        "MN",
        "mN",
        "J",
        "kJ",
        "MJ",
        "GJ",
        "mJ",
        "F",
        "μF",
        "pF",
        "nF",
        "mol",
        "mmol",
        "μmol",
        "nmol",
        "cd",
        "rad",
        "mrad",
        "Sv",
        "Gy",
        "Bq",
        "eV",
        "keV",
        "MeV",
        "T",
        "mT",
    ]
)
_POWERS = {"²": " ** 2", "³": " ** 3"}
# What pint and its parser raise on what is no unit; its own errors are kinds of these.
_ODD = (
    SyntaxError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError,
    LookupError, tokenize.TokenError, RecursionError,
)  # fmt: skip
_LONGEST = 40
_TOKENS = re.compile(r"[/·()]|\d+(?:\.\d+)?|[^/·()\d]+")


@functools.cache
def _registry() -> UnitRegistry[Any]:
    import pint

    # No offset arithmetic is wanted beyond plain conversion, and no cache on disk.
    return pint.UnitRegistry(cache_folder=None)


def _atom(atom: str, alone: bool) -> str | None:
    """Return pint's expression for one canonical unit, made known to it where it is our own."""
    if atom in ("℃", "K", "℉") and not alone:
        return "delta_degF" if atom == "℉" else "kelvin"
    if atom in _PINT:
        return _PINT[atom]
    if atom in _SAME:
        return atom.replace("μ", "u")
    if atom[-1:] in _POWERS and atom[:-1] in _SAME:
        return f"({atom[:-1].replace('μ', 'u')}{_POWERS[atom[-1]]})"
    if atom not in CANONICAL and atom not in CANONICAL.values():
        return None
    # Countable things, hardness scales, money: each a dimension of its own.
    name = "own_" + "_".join(f"{ord(sign):x}" for sign in atom)
    registry = _registry()
    if name not in registry:
        registry.define(f"{name} = [{name}]")
    return name


@functools.lru_cache(4096)
def _unit(unit: str, difference: bool) -> Any | None:
    """Return one of a unit as pint's quantity or unit; ``None`` where a part is unknown."""
    if len(unit) > _LONGEST:
        return None
    whole = _atom(unit, alone=not difference)
    if whole is None:
        parts, factor = [], ""
        for token in _TOKENS.findall(unit):
            if token[0].isdigit():
                factor = token
            elif token in "()":
                parts.append(token)
            elif token in "/·":
                parts.append("/" if token == "/" else "*")
            else:
                known = _atom(token, alone=False)
                if known is None:
                    return None
                parts.append(f"({factor} * {known})" if factor else known)
                factor = ""
        whole = "".join([*parts, factor])
    try:
        return (
            _registry().parse_expression(whole) if "deg" not in whole else _registry().Unit(whole)
        )
    except _ODD:
        # What extraction took for a unit may be no expression at all.
        return None


def convert(value: float, unit: str, to: str, *, difference: bool = False) -> float | None:
    """Convert a value from one canonical unit to another.

    Parameters
    ----------
    value : float
        In `unit`.
    unit, to : str
        Canonical units of :mod:`~matchmaker.language.indicators.units`.
    difference : bool, optional
        Whether temperatures are differences: 10 K more is 10 ℃ more.

    Returns
    -------
    float or None
        ``None`` where the units measure different things or one of them is unknown.

    Examples
    --------
    >>> convert(1.2, "GPa", "MPa"), convert(300.0, "件", "元")
    (1200.0, None)
    """
    if unit == to:
        return value
    if not unit or not to:
        return None
    source, target = _unit(unit, difference), _unit(to, difference)
    if source is None or target is None:
        return None
    try:
        registry = _registry()
        if (
            "degree_" in str(source)
            or "degree_" in str(target)
            or "kelvin" in (str(source), str(target))
        ):
            held = registry.Quantity(value, getattr(source, "units", source))
            found = float(held.to(getattr(target, "units", target)).magnitude)
        else:
            found = value * float((source / target).to("dimensionless").magnitude)
    except _ODD:
        return None
    return float(f"{found:.12g}")
