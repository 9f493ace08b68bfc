"""Importing this module imports every module of the library, which fills the registry.

The first entry that applies serves a call, so what hands it over to NumPy comes last.
"""

from __future__ import annotations

import importlib
import pkgutil

import minijit.library

LAST = ("numpy_reductions", "through_numpy", "through_numpy_out")

_names = [module.name for module in pkgutil.iter_modules(minijit.library.__path__)]
for _name in (*(name for name in _names if name not in LAST), *LAST):
    importlib.import_module(f"minijit.library.{_name}")
