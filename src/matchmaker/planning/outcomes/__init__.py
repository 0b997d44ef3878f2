"""Outcomes: what came of proposals, counted once, held against targets, and fed back."""
