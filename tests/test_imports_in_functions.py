"""``import`` statements inside of functions."""

from __future__ import annotations

import math
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

import minijit
from minijit.testing import assert_same, native


def of_modules(x: float) -> Any:
    import math
    import os.path

    import numpy as np

    return np.sin(x) + math.cos(x), os.path.join("a", "b")


def of_names(x: float) -> Any:
    from math import pi
    from math import sqrt as root

    import numpy.linalg as la
    from numpy.random import default_rng

    return root(x) * pi, default_rng(1).random(), la.norm((x, 1.0))


def in_a_loop(x: float) -> float:
    total = 0.0
    for i in range(3):
        import math

        total += math.sin(i * x)
    return total


def captured(x: float) -> float:
    import math

    def scaled(y: float) -> float:
        return math.exp(y) * x

    return scaled(2.0)


@pytest.mark.parametrize("function", [of_modules, of_names, in_a_loop, captured])
def test_modules_that_are_there(function: Callable[[float], Any]) -> None:
    compiled = minijit.jit(function)
    with native(compiled):
        assert_same(compiled, 0.5)


def before_all_else(x: float) -> Any:
    """Import a module that nothing else uses."""
    import colorsys

    return colorsys.rgb_to_hsv(x, 0.2, 0.3)


def in_a_branch(x: float) -> Any:
    if x > 100.0:
        import sched

        return sched
    return x


def test_a_module_that_is_not_there_yet() -> None:
    sys.modules.pop("colorsys", None)
    compiled = minijit.jit(before_all_else)
    with native(compiled):
        assert_same(compiled, 0.5)
    sys.modules.pop("sched", None)
    with pytest.warns(minijit.FallbackWarning, match="an import statement"):
        assert minijit.jit(in_a_branch)(0.5) == 0.5
    assert "sched" not in sys.modules


def of_a_module_of_ours(x: float) -> Any:
    import replaced

    return replaced.factor * x


def test_a_module_that_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = minijit.jit(of_a_module_of_ours)
    for factor in (2.0, 3.0):
        module = types.ModuleType("replaced")
        module.factor = factor  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "replaced", module)
        assert compiled(math.pi) == factor * math.pi
        module.factor = 2 * factor  # type: ignore[attr-defined]
        assert compiled(math.pi) == 2 * factor * math.pi
