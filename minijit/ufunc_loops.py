"""The inner loops of ufuncs, C functions of addresses, lengths and strides, by symbol.

``np.matmul`` and the ufuncs behind ``np.linalg`` hold a table of such loops, one for each signature. Native code calls
them with what the ufunc would hand over, and so gets the results of the BLAS and LAPACK that NumPy came with. Ufuncs of
other packages (``scipy.special``) have such tables too, with a word of data beside each loop.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from minijit.numpy_types import Dtype

_HEAD: Final = 16
"""Where the fields of a ufunc begin: the numbers of inputs, of outputs and of both."""
_LOOPS: Final = 32
_DATA: Final = 40
_COUNT: Final = 48
_TYPES: Final = 64


_LINEAR_ALGEBRA: Final = (
    *("inv", "det", "slogdet", "solve", "solve1", "cholesky_lo", "cholesky_up", "eigvalsh_lo", "eigvalsh_up"),
    *("eigh_lo", "eigh_up", "eig", "eigvals", "svd", "svd_f", "svd_s", "qr_r_raw", "qr_reduced", "qr_complete"),
    "lstsq",
)


PRODUCTS: Final = (np.matmul, np.vecdot, np.matvec, np.vecmat)
"""Generalised ufuncs that multiply."""


def linear_algebra() -> dict[str, np.ufunc]:
    """The ufuncs behind ``np.linalg``, by name."""
    from numpy.linalg import _umath_linalg

    found = {name: getattr(_umath_linalg, name, None) for name in _LINEAR_ALGEBRA}
    return {name: ufunc for name, ufunc in found.items() if isinstance(ufunc, np.ufunc)}


@cache
def addresses() -> dict[str, int]:
    """The addresses of all loops that native code calls, by symbol."""
    return {
        f"mj_loop_{ufunc.__name__}_{kind}": address
        for ufunc in (*PRODUCTS, *linear_algebra().values())
        for kind, address in _loops_of(ufunc).items()
    }


def loop_symbol(ufunc: np.ufunc, dtypes: Sequence[Dtype]) -> str | None:
    """The symbol of the inner loop that `ufunc` runs on operands and results of exactly these dtypes."""
    chars = "".join(dtype.char for dtype in dtypes)
    symbol = f"mj_loop_{ufunc.__name__}_{chars[: ufunc.nin]}->{chars[ufunc.nin :]}"
    return symbol if symbol in addresses() else None


_OTHERS: Final[dict[str, int]] = {}
"""The loops of other packages' ufuncs that code refers to, by symbol."""


def other_address(symbol: str) -> int | None:
    """The address of a loop that :func:`other_loop` has given a symbol."""
    return _OTHERS.get(symbol)


def other_loop(ufunc: np.ufunc, dtypes: Sequence[Dtype]) -> tuple[str, int] | None:
    """The symbol of the loop of another package's ufunc for exactly these dtypes, and its number in the table."""
    chars = "".join(dtype.char for dtype in dtypes)
    kind = f"{chars[: ufunc.nin]}->{chars[ufunc.nin :]}"
    table = _table_of(ufunc)
    address = table.get(kind)
    if not address:
        return None
    symbol = f"mj_loop_of_{ufunc.__name__}_{kind}"
    while _OTHERS.setdefault(symbol, address) != address:
        symbol += "_"
    return symbol, list(table).index(kind)


def data_of_loop(ufunc: np.ufunc, number: int) -> tuple[int, int] | None:
    """Where the data of a loop stand: the place of the table's address in the ufunc, and that of the word in it.

    ``None`` where the ufunc has no such table.
    """
    return (_DATA, 8 * number) if _word(ufunc, _DATA) else None


def product_symbol(dtypes: Sequence[Dtype]) -> str | None:
    """The symbol of what computes ``np.matmul``: its loop, or for floats a function that does small sizes itself.

    See :mod:`minijit.runtime.small_products`.
    """
    symbol = loop_symbol(np.matmul, dtypes)
    return f"mj_small_matmul_{dtypes[0].char}" if symbol and dtypes[0].char in "fd" else symbol


def core_names(ufunc: np.ufunc) -> list[list[str]]:
    """The names of the axes that a generalised ufunc takes of each operand and gives of each result."""
    groups = re.findall(r"\(([^)]*)\)", ufunc.signature or "")
    return [[name.strip() for name in group.split(",")] if group else [] for group in groups]


def _loops_of(ufunc: np.ufunc) -> dict[str, int]:
    """The loops by signature; none where a loop needs more data."""
    table = _table_of(ufunc)
    data = _word(ufunc, _DATA)
    if table and data and any((ctypes.c_void_p * ufunc.ntypes).from_address(data)):
        return {}
    return {kind: address for kind, address in table.items() if address}


def _table_of(ufunc: np.ufunc) -> dict[str, int]:
    """All loops by signature, in their order; none where the fields of a ufunc lie elsewhere."""
    counts = (ctypes.c_int32 * 3).from_address(id(ufunc) + _HEAD)
    if list(counts) != [ufunc.nin, ufunc.nout, ufunc.nargs]:
        return {}
    if ctypes.c_int32.from_address(id(ufunc) + _COUNT).value != ufunc.ntypes or not ufunc.ntypes:
        return {}
    numbers = ctypes.string_at(_word(ufunc, _TYPES), ufunc.ntypes * ufunc.nargs)
    wanted = [np.dtype(code).num for kind in ufunc.types for code in kind.replace("->", "")]
    if list(numbers) != wanted or len(set(ufunc.types)) != ufunc.ntypes:
        return {}
    loops = (ctypes.c_void_p * ufunc.ntypes).from_address(_word(ufunc, _LOOPS))
    return {kind: address or 0 for kind, address in zip(ufunc.types, loops, strict=True)}


def _word(value: Any, offset: int) -> int:
    return ctypes.c_int64.from_address(id(value) + offset).value
