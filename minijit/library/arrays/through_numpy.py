"""Functions of NumPy's that NumPy itself computes, called from native code: sorting, linear algebra, statistics ...

The type of the result is asked of NumPy, on samples of the argument types (:mod:`minijit.library.sampling`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.arrays.attributes import arrays
from minijit.library.builder import Builder, Val
from minijit.library.operands import AnyKeyword, anything
from minijit.library.registry import Arg, lowers, method
from minijit.library.sampling import pure_result_of, result_of


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


COPYING: Final = words(
    """
    sort argsort partition argpartition lexsort unique unique_values interp bincount searchsorted digitize
    histogram2d dot vdot inner outer kron cross trace tile repeat roll concatenate stack vstack
    hstack dstack column_stack append insert delete resize pad linspace logspace geomspace eye identity tri
    vander ediff1d gradient cumsum cumprod cumulative_sum cumulative_prod
    nancumsum nancumprod nonzero flatnonzero argwhere array_equal
    array_equiv allclose isclose sum prod mean var std min max amin amax any all argmin argmax ptp
    count_nonzero median percentile quantile average nansum nanprod nanmean nanvar nanstd nanmin nanmax
    nanargmin nanargmax nanmedian nanpercentile nanquantile cov corrcoef convolve correlate isin in1d
    intersect1d union1d setdiff1d setxor1d take choose compress extract select where clip
    i0 sinc unwrap angle triu tril diagflat triu_indices tril_indices diag_indices
    indices trapezoid polyval polyfit polyadd polymul polysub roots poly unravel_index ravel_multi_index
    packbits unpackbits zeros ones empty full zeros_like ones_like empty_like full_like arange
    unique_all unique_counts unique_inverse vander copy broadcast_shapes fromiter concat
    hanning hamming bartlett blackman kaiser tensordot take_along_axis block array
    """
)
"""Functions whose results share no memory with their arguments."""

VIEWING: Final = words(
    """
    reshape ravel transpose permute_dims swapaxes moveaxis rollaxis expand_dims squeeze flip fliplr flipud
    rot90 diag diagonal atleast_1d atleast_2d atleast_3d broadcast_to broadcast_arrays asarray
    ascontiguousarray asfortranarray asanyarray astype
    split array_split hsplit vsplit dsplit unstack meshgrid require real imag matrix_transpose
    histogram diff fix nan_to_num real_if_close einsum round around
    """
)
"""Functions that may return views of their arguments, or the arguments themselves."""

LINALG: Final = words(
    """
    norm inv pinv solve det slogdet cond eig eigh eigvals eigvalsh svd svdvals qr cholesky lstsq
    matrix_rank multi_dot matmul
    tensorsolve tensorinv cross outer trace vector_norm matrix_norm vecdot
    """
)
FFT: Final = words(
    """
    fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn fftfreq rfftfreq fftshift
    ifftshift
    """
)

COPYING_METHODS: Final = words(
    """
    sum prod mean var std min max any all argmin argmax ptp cumsum cumprod argsort argpartition searchsorted
    repeat trace dot nonzero take choose compress clip flatten tolist copy item
    """
)
VIEWING_METHODS: Final = words("round reshape ravel transpose swapaxes squeeze diagonal astype view")


_KEYWORDS: Final = AnyKeyword(but="out")


def _has_records(one: t.Type) -> bool:
    return isinstance(one, t.RecordArray) or (isinstance(one, t.Tuple) and any(map(_has_records, one.items)))


def _register(key: object, function: Callable[..., Any], effects: str, samples: Any) -> None:
    name = getattr(function, "__name__", str(function))

    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        found = pure_result_of(function, args, keywords)
        # A dtype with fields is written as a list, which is a tuple here.
        return None if found is not None and _has_records(found) else found

    @lowers(
        key,
        result=result,
        rest=anything,
        keywords=_KEYWORDS,
        effects=effects,
        samples=samples,
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        named = {name: Arg(one.type, one.const) for name, one in keywords.items()}
        wanted = result(*(Arg(one.type, one.const) for one in args), **named)
        assert wanted is not None
        remarks = b.function.attrs.setdefault("remarks", [])
        remarks.append((b.span, f"{name} is computed by NumPy, called through Python"))
        return b.call_python(function, [*args, *keywords.values()], wanted, tuple(keywords), effects="")


def _type_of_out(*args: Arg, **keywords: Arg) -> t.Type | None:
    out = keywords.get("out")
    if out is None or not isinstance(out.type, t.Array) or not out.type.writable:
        return None
    return out.type


def _register_with_out(key: object, function: Callable[..., Any]) -> None:
    """With ``out=``, NumPy writes into an array and gives it back."""

    @lowers(
        key,
        result=_type_of_out,
        rest=anything,
        keywords=dict.fromkeys(("out", "dtype", "axis", "casting", "keepdims", "mode"), anything),
        effects="reads writes raises",
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        b.call_python(function, [*args, *keywords.values()], t.OBJECT, tuple(keywords), effects="writes")
        return keywords["out"]


def _pairs() -> Iterator[tuple[Any, ...]]:
    for (array,) in arrays():
        yield (array,)
        yield (array, array)


def _register_all(module: Any, names: Sequence[str], effects: str) -> None:
    for name in names:
        function = getattr(module, name, None)
        if function is not None:
            _register(function, function, effects, _pairs)
            _register_with_out(function, function)


_FRESH: Final = "allocates raises reads"
_SHARED: Final = "owns raises reads"
_register_all(np, [name for name in COPYING if name not in VIEWING], _FRESH)
_register_all(np, VIEWING, _SHARED)
_register_all(np, ("matmul", "vecdot", "matvec", "vecmat"), _FRESH)
_register_all(operator, ("matmul",), _FRESH)
_register_all(np.linalg, LINALG, _FRESH)
_register_all(np.linalg, ("matrix_power", "diagonal", "matrix_transpose"), _SHARED)
_register_all(np.fft, FFT, _SHARED)
for _name in COPYING_METHODS:
    # Some versions of NumPy have a property in the place of a method that is gone, to tell what to use instead.
    if callable(getattr(np.ndarray, _name, None)):
        _register(method(_name), getattr(np.ndarray, _name), _FRESH, arrays)
        _register_with_out(method(_name), getattr(np.ndarray, _name))
for _name in VIEWING_METHODS:
    _register(method(_name), getattr(np.ndarray, _name), _SHARED, arrays)


def _changed_in_place(array: Arg, *args: Arg, **keywords: Arg) -> t.Type | None:
    kind = array.type
    writable = isinstance(kind, t.Array) and kind.writable
    return t.NONE if writable and not any(isinstance(one.type, t.Array) for one in args) else None


def _register_in_place(name: str) -> None:
    """A method that changes its array and gives ``None``."""

    @lowers(
        method(name),
        t.Array,
        result=_changed_in_place,
        rest=anything,
        keywords=_KEYWORDS,
        effects="reads writes raises",
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        called = getattr(np.ndarray, name)
        return b.call_python(called, [*args, *keywords.values()], t.NONE, tuple(keywords), effects="writes")


for _name in ("sort", "partition"):
    _register_in_place(_name)


# ---- np.mgrid[...] and the like


def _is_grid(one: t.Type) -> bool:
    return isinstance(one, t.Const) and any(one.value is grid for grid in (np.mgrid, np.ogrid, np.r_, np.c_))


def _grid_type(grid: Arg | Val, index: Arg | Val) -> t.Type | None:
    return result_of(operator.getitem, (Arg(grid.type), Arg(index.type)), {})


@lowers(operator.getitem, _is_grid, anything, result=_grid_type, effects=_FRESH)
def _grid(b: Builder, grid: Val, index: Val) -> Val:
    wanted = _grid_type(grid, index)
    assert wanted is not None
    return b.call_python(operator.getitem, (grid, index), wanted, effects="")
