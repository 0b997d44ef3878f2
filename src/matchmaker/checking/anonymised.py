"""A check's findings without anything that says whose records they are about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from matchmaker.checking.checks import Check, RecordCheck
from matchmaker.language.anonymity import Anonymiser
from matchmaker.records.types import Origin


def anonymised(check: Check, *, lang: str = "zh") -> Check:
    """Take everything that identifies somebody out of what a check shows.

    Parameters
    ----------
    check : Check
    lang : {"zh", "en"}
        Language of the neutral words.

    Returns
    -------
    Check
        The same findings about the same rows. Only the number of a row tells where it was read.

    Raises
    ------
    ConfigError
        If the language is unknown.
    """
    anonymiser = Anonymiser([checked.record for checked in check.records], lang=lang)
    known = {checked.record.id: checked.record for checked in check.records}

    def said(text: str) -> str:
        if text in known:
            return anonymiser.identifier(text, side=type(known[text]).__name__)
        return anonymiser.redact(text).text if text else text

    def one(checked: RecordCheck) -> RecordCheck:
        kind, split = checked.need_kind, checked.split
        record: Any = checked.record
        row = None if record.origin is None else Origin("", "", record.origin.row)
        items = tuple(
            replace(item, evidence=said(item.evidence)) for item in checked.completeness.items
        )
        return replace(
            checked,
            record=replace(anonymiser.record(record), origin=row),
            findings=tuple(
                # Places in the text have moved.
                replace(
                    finding,
                    start=0,
                    end=0,
                    evidence=said(finding.evidence),
                    proposal=said(finding.proposal),
                )
                for finding in checked.findings
            ),
            completeness=replace(checked.completeness, items=items),
            need_kind=None if kind is None else replace(kind, evidence=said(kind.evidence)),
            split=None
            if split is None
            else replace(
                split,
                parts=tuple(
                    replace(part, title=said(part.title), body=said(part.body))
                    for part in split.parts
                ),
                shared=said(split.shared),
                evidence=said(split.evidence),
            ),
        )

    return replace(check, records=tuple(map(one, check.records)))
