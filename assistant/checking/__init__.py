"""Checks of a finished Word file against the official layout and the wording of its kind."""
