"""Turns of an outer loop that run side by side."""
