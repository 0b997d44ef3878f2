"""Fitting of the models that ship with the package. Nothing in use needs it."""
