"""Dicts and sets that native code makes."""
