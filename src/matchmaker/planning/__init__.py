"""Plans made of ranked pairs: who meets whom, when, with whom else, and what came of it."""
