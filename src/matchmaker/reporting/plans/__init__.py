"""Reports of plans. Each kind of plan says what it holds; how it is written is said once."""
