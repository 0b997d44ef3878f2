"""Hosts: which universities lead the event of a sector, and which join them."""
