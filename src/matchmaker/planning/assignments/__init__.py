"""Assignments: who is matched with whom, within minimums and limits on both sides."""
