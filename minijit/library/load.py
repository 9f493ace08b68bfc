"""Importing this module imports every module of the library, which fills the registry.

The first entry that applies serves a call, so the order is fixed: that of the names of the modules, in whichever folder
they are, and what hands a call over to NumPy comes last.
"""

from __future__ import annotations

import importlib
import pkgutil

import minijit.library

LAST = ("numpy_reductions", "through_numpy", "through_numpy_out")


def _place(module: str) -> tuple[bool, str]:
    name = module.rpartition(".")[2]
    return name in LAST, name


_names = [one.name for one in pkgutil.walk_packages(minijit.library.__path__, "minijit.library.") if not one.ispkg]
for _name in sorted(_names, key=_place):
    importlib.import_module(_name)
