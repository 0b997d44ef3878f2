"""Features of a pair, the grader, and ranked pairs."""
