"""Cleaning: what is wrong, missing or twofold in a list of records, and what to do about it.

::

    from matchmaker.checking.records import check_records
    check = check_records(needs, kind="needs")
    print(check.counts)
"""
