"""Lists: those that native code makes, and those of Python's."""
