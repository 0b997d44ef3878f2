from __future__ import annotations

import subprocess
import sys

import matchmaker.reporting as reporting


def test_importing_the_package_loads_no_writer():
    code = (
        "import sys, matchmaker.reporting\n"
        "print(sorted({'xlsxwriter', 'jinja2', 'markupsafe', 'rich'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert found.strip() == "[]"


def test_public_names_exist_and_are_described():
    for name in reporting.__all__:
        assert getattr(reporting, name).__doc__
