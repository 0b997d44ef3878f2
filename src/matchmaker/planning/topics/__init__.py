"""Topics: what several enterprises need, whom to bring together about it, whom to invite."""
