"""Importing this module imports every module of the library, which fills the registry.

Where entries of two modules apply to a call, one of the modules is named in :data:`LAST`, and asked after the other:
the order in which modules are imported does not matter.
"""

from __future__ import annotations

import importlib
import pkgutil

import minijit.library
from minijit.library import registry

GENERAL = ("arrays.copies", "ufuncs.calls_with_keywords", "reductions.unknown_axes", "lists.sequences")
"""What takes more than the entries before it, at a price."""
BY_PYTHON = (
    "indexing.stores_by_python",
    "ufuncs.through_numpy",
    "reductions.numpy_reductions",
    "arrays.through_numpy",
    "arrays.through_numpy_out",
)
"""What hands a call over to NumPy or Python, each for calls that are left by the ones before it."""
LAST = (*GENERAL, *BY_PYTHON)

for _one in pkgutil.walk_packages(minijit.library.__path__, "minijit.library."):
    if not _one.ispkg:
        importlib.import_module(_one.name)
registry.ask_last(LAST)
