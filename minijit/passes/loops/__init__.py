"""Loop nests: what changes in them and how, and versions of them without checks."""
