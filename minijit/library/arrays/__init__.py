"""Whole arrays: made, copied, converted, in other shapes, joined and split."""
