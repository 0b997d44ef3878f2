"""Rankings read back from the files that were written of them."""

from matchmaker.ranked_files.reading import read_matches

__all__ = ["read_matches"]
