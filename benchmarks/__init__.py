"""Programs that measure matchmaker; each writes JSON, and `benchmarks.tables` reads it."""
