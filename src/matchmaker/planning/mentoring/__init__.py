"""Mentors: one for each enterprise."""
