"""typeguard for the whole package, made quick: what follows from a value's class is checked once for the class.

An annotation is checked at each call in about 20 microseconds, and compiling makes many small calls. Most values are
instances of plain classes, for which the class decides. The others, whose items, signature or value may decide
(containers, functions, classes, strings where a Literal is asked for), are checked each time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

_SCALARS = frozenset((bool, int, float, complex, str, bytes, type(None)))


def _class_decides(cls: type) -> bool:
    """Whether all instances of a class are the same to an annotation without literals."""
    if cls in _SCALARS:
        return True
    defined = {name for base in cls.__mro__ for name in vars(base)}
    return not issubclass(cls, type | int | str | bytes) and defined.isdisjoint(("__iter__", "__call__"))


def remembering(check: Callable[[Any, Any, Any], None]) -> Callable[[Any, Any, Any], None]:
    """typeguard's check of one value against one annotation, with a memory."""
    passed: set[tuple[Any, type]] = set()
    by_class: dict[type, bool] = {}

    def check_once(value: Any, annotation: Any, memo: Any) -> None:
        cls = type(value)
        decides = by_class.get(cls)
        if decides is None:
            decides = by_class[cls] = _class_decides(cls)
        if not decides:
            check(value, annotation, memo)
            return
        key = (annotation, cls)
        if key not in passed:
            check(value, annotation, memo)
            if cls not in _SCALARS or "Literal" not in repr(annotation):
                passed.add(key)

    return check_once


def install() -> None:
    """Have all annotations of minijit checked at run time; to be called before anything imports it."""
    import typeguard
    import typeguard._checkers as checkers
    import typeguard._functions as functions

    loaded = [name for name in sys.modules if name == "minijit" or name.startswith("minijit.")]
    if loaded:
        raise pytest.UsageError(f"{loaded[0]} was imported before typeguard's hook; its annotations would go unchecked")
    typeguard.config.forward_ref_policy = typeguard.ForwardRefPolicy.IGNORE
    typeguard.config.collection_check_strategy = typeguard.CollectionCheckStrategy.FIRST_ITEM
    quick = remembering(checkers.check_type_internal)
    checkers.check_type_internal = functions.check_type_internal = quick
    typeguard.install_import_hook("minijit")
