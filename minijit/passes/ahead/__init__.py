"""Checks of a loop that are made some hundreds of turns ahead."""
