"""Run ``python -m matchmaker``."""

from matchmaker.cli import main

# Processes that work for this one import it too.
if __name__ == "__main__":
    main()
