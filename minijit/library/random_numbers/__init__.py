"""Draws from random generators, in the order and with the bits of the generators themselves."""
