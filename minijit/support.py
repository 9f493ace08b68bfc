"""The table of what compiled code may call, made from the registry: ``python -m minijit support > docs/support.md``.

Each entry is asked about its own samples, with their arrays and numbers in all dtypes, whether it takes them. What only
entries take that hand the call over to NumPy goes through Python.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

import numpy as np

import minijit.library.load
from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library import registry
from minijit.library.arrays.attributes import arrays
from minijit.library.registry import Arg, Entry
from minijit.library.samples import Known
from minijit.numpy_types import ALL_DTYPES
from minijit.runtime.typeof import type_of

_THROUGH: Final = ("arrays.through_numpy", "reductions.numpy_reductions")
"""Modules of the library whose entries call NumPy through Python."""
_KINDS: Final = {"b": "bool", "i": "int", "u": "uint", "f": "float", "c": "complex"}
_MOST_ROWS: Final = 24
"""An entry is asked about so many of its samples at most."""

_HEAD: Final = """\
# What compiled functions may call

Made by `python -m minijit support` from the registry of the library, with NumPy {version}; a test keeps it true.

*Native* says for which kinds of elements (or numbers) there is machine code for some call: `bool`, `int` and `uint`
of 8 to 64 bits, `float` of 32 and 64, `complex` of 64 and 128. *Keywords* are those that native calls take by name.
Of `float16` storage, indexing, conversions, operators and ufuncs are native, where the processor converts such numbers.
*Else*: calls that are not native, because of other keywords or arguments, go to NumPy itself, from inside of the
compiled function ("through Python"); or they are typed on samples where that is possible, or make the function run in
the interpreter. NumPy's and SciPy's functions that are not listed are called through Python, too, if trying them on
samples tells what they give.
"""


def support_table() -> str:
    """The whole document, in Markdown."""
    version = ".".join(np.__version__.split(".")[:2])
    parts = [_HEAD.format(version=version)]
    for title, rows in _sections().items():
        parts.append(f"\n## {title}\n\n| | native | keywords | else |\n|---|---|---|---|\n")
        parts += [f"| `{name}` | {' | '.join(_row(entries))} |\n" for name, entries in sorted(rows.items())]
    return "".join(parts)


def _sections() -> dict[str, dict[str, list[Entry]]]:
    """The entries by section and name."""
    sections: dict[str, dict[str, list[Entry]]] = {}
    for entry in registry.all_entries():
        section, name = _place_of(entry)
        if section:
            sections.setdefault(section, {}).setdefault(name, []).append(entry)
    return dict(sorted(sections.items()))


def _place_of(entry: Entry) -> tuple[str, str]:
    key: Any = entry.function
    if isinstance(key, registry.attribute):
        return "Attributes", key.name
    if isinstance(key, registry.method):
        return "Methods", key.name
    module = (getattr(key, "__module__", None) or "").split(".")
    name = getattr(key, "__name__", "")
    if isinstance(key, np.ufunc) or (module[0] == "numpy" and getattr(np, name, None) is key):
        return "NumPy", f"np.{name}"
    if module[0] == "numpy" and len(module) > 1 and module[1] in ("linalg", "fft"):
        return "NumPy", f"np.{module[1]}.{name}"
    if module[0] == "builtins":
        return "Builtins", name
    if module[0] in ("math", "cmath"):
        return module[0], f"{module[0]}.{name}"
    if module[0] in ("_operator", "operator"):
        return "Operators", f"operator.{name}"
    return "", ""


def _row(entries: list[Entry]) -> tuple[str, str, str]:
    native = [entry for entry in entries if not _goes_through(entry)]
    kinds = {kind for entry in native for kind in _kinds_of(entry)}
    keywords = dict.fromkeys(name for entry in native for name in _keywords_of(entry))
    found = "all" if kinds == set(_KINDS) else ", ".join(name for kind, name in _KINDS.items() if kind in kinds)
    otherwise = "through Python" if len(native) < len(entries) else "-"
    return (found or ("yes" if native else "no"), ", ".join(f"`{name}`" for name in sorted(keywords)), otherwise)


def _goes_through(entry: Entry) -> bool:
    return entry.lower is not None and entry.home in _THROUGH


def _keywords_of(entry: Entry) -> Iterable[str]:
    if entry.body is not None:
        code = entry.body.__code__
        return code.co_varnames[max(1, code.co_posonlyargcount) : code.co_argcount + code.co_kwonlyargcount]
    return (name for name in entry.keywords if name)


@cache
def _generic_rows() -> tuple[tuple[Any, ...], ...]:
    return (*arrays(), *((array, array) for (array,) in arrays()), (2,), (2, 3), (2.5,), (1.5, 2))


def _kinds_of(entry: Entry) -> Iterator[str]:
    """The kinds of dtypes that an entry takes, found by asking it."""
    given = list(entry.samples() if callable(entry.samples) else entry.samples)
    rows = [tuple(row) for row in given[:: max(1, len(given) // _MOST_ROWS)]] or list(_generic_rows())
    for kind in _KINDS:
        dtypes = [dtype for dtype in ALL_DTYPES if dtype.kind == kind]
        if any(_takes(entry, row, dtype) for dtype in dtypes[-2:] for row in rows):
            yield kind


def _takes(entry: Entry, row: tuple[Any, ...], dtype: Any) -> bool:
    """Whether an entry takes a row of samples with its first array or number in a dtype."""
    args = []
    for position, value in enumerate(row):
        if isinstance(value, Known):
            value = value.value
        elif isinstance(value, np.ndarray):
            value = np.ones_like(value, dtype)
        elif position == 0 and isinstance(value, np.generic):
            value = dtype.type(1)
        elif position == 0 and isinstance(value, bool | int | float | complex):
            value = {"b": True, "i": 2, "u": dtype.type(2), "f": 2.5, "c": 1 + 2j}[dtype.kind]
        one = type_of(value) if not isinstance(value, type) else t.Const(value)
        if one is None:
            return False
        args.append(Arg(one, UNKNOWN if isinstance(value, np.ndarray | np.generic) else value))
    try:
        if entry.serves(args, {}):
            return True
        found = entry.type_of_result(tuple(args), {})
    except Exception:  # a sample of another kind than the entry is made for
        return False
    return found is not None and not isinstance(found, t.Never)


def main() -> int:
    """Print the document."""
    assert minijit.library.load is not None
    sys.stdout.write(support_table())
    return 0
