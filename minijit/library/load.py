"""Importing this module imports every module of the library, which fills the registry."""

from __future__ import annotations

import importlib
import pkgutil

import minijit.library

for _module in pkgutil.iter_modules(minijit.library.__path__):
    importlib.import_module(f"minijit.library.{_module.name}")
