"""Passes: analyses (nouns) and transformations (verbs) on the IR, and the lowering from whole to machine values."""
