"""What there is to measure: a kernel is a plain function, a case is a kernel with arguments of one size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """A kernel on one set of arguments.

    Parameters
    ----------
    label : str
        Name of the row, for instance ``"lu_determinant[100]"``.
    arguments : Callable[[], Arguments]
        Makes fresh arguments; always the same ones.
    interpreted : bool
        Whether the interpreter can run this in reasonable time.
    quick : bool
        Whether ``--quick`` measures it.
    """

    label: str
    arguments: Callable[[], Arguments]
    interpreted: bool
    quick: bool


@dataclass
class Kernel:
    """A function to measure, in the subset that Numba and minijit both compile.

    Parameters
    ----------
    function : FunctionType
        The kernel, undecorated.
    theme : str
        Name of the file that it stands in.
    numpy : Callable or None
        The same job in NumPy's own words, where there are natural ones.
    tolerance : float
        Relative difference allowed to NumPy and Numba (sums in another order).
    own_tolerance : float
        The same for minijit: 0 means the interpreter's bits and types. Only ``np.exp`` and the like need more, which
        are exact to 4 ULP.
    cases : list of Case
        What to run it on.
    """

    function: FunctionType
    theme: str
    numpy: Callable[..., Any] | None
    tolerance: float
    own_tolerance: float
    cases: list[Case] = field(default_factory=list)


KERNELS: list[Kernel] = []
HELPERS: list[FunctionType] = []


def helper(function: FunctionType) -> FunctionType:
    """Mark a function that kernels of the same file call, so that Numba gets it compiled."""
    HELPERS.append(function)
    return function


def kernel(
    arguments: Callable[..., Arguments],
    sizes: tuple[Any, ...] = (),
    *,
    numpy: Callable[..., Any] | None = None,
    tolerance: float = 1e-9,
    own_tolerance: float = 0.0,
    interpreted_up_to: float = float("inf"),
    quick_up_to: float = float("inf"),
) -> Callable[[FunctionType], FunctionType]:
    """Register a kernel with one case per size (or a single one, if no sizes are given).

    ``arguments`` takes the size, if there are any. Above ``interpreted_up_to`` the interpreter does not take
    part, and above ``quick_up_to`` the case is left out under ``--quick``.
    """

    def register(function: FunctionType) -> FunctionType:
        entry = Kernel(function, function.__module__.rpartition(".")[2], numpy, tolerance, own_tolerance)
        if not sizes:
            entry.cases.append(Case(function.__name__, arguments, True, True))
        for size in sizes:
            entry.cases.append(
                Case(
                    f"{function.__name__}[{size}]",
                    lambda size=size: arguments(size),
                    size <= interpreted_up_to,
                    size <= quick_up_to,
                )
            )
        KERNELS.append(entry)
        return function

    return register


def selected(text: str, quick: bool) -> Iterator[tuple[Kernel, Case]]:
    """All cases whose theme or label contains ``text`` (words separated by commas), in order of registration."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    for entry in KERNELS:
        for case in entry.cases:
            name = f"{entry.theme}/{case.label}"
            if (not words or any(word in name for word in words)) and (case.quick or not quick):
                yield entry, case
