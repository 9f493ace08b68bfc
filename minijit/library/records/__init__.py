"""Structured arrays and their elements: fields, items, stores."""
