"""Functions of NumPy's that NumPy itself computes, called from native code: sorting, linear algebra, statistics ...

The type of the result is asked of NumPy, on samples of the argument types with several lengths. Where the layout
depends on the lengths, the result is any of the types that were seen.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.array_attributes import arrays
from minijit.library.builder import Builder, Val
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.library.sequences import is_named_tuple, register_fields
from minijit.numpy_types import is_native, sample_of, type_of_value

_LENGTHS: Final = ((3, 3, 3, 3), (2, 3, 4, 5), (4, 3, 2, 2), (1, 1, 1, 1), (2, 2, 2, 2), (1, 3, 1, 3), (3, 1, 3, 1))
_MOST_TYPES: Final = 4
_LARGE: Final = 64
_MOST_ITEMS: Final = 32
"""Longer tuples and lists are not taken apart."""



def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


COPYING: Final = words(
    """
    sort argsort partition argpartition lexsort unique unique_values interp bincount searchsorted digitize
    histogram histogram2d dot vdot inner outer kron cross trace tile repeat roll concatenate stack vstack
    hstack dstack column_stack append insert delete resize pad linspace logspace geomspace eye identity tri
    vander diff ediff1d gradient cumsum cumprod cumulative_sum cumulative_prod
    nancumsum nancumprod nonzero flatnonzero argwhere array_equal
    array_equiv allclose isclose sum prod mean var std min max amin amax any all argmin argmax ptp
    count_nonzero median percentile quantile average nansum nanprod nanmean nanvar nanstd nanmin nanmax
    nanargmin nanargmax nanmedian nanpercentile nanquantile cov corrcoef convolve correlate isin in1d
    intersect1d union1d setdiff1d setxor1d take choose compress extract select where clip round around fix
    nan_to_num i0 sinc unwrap angle real_if_close triu tril diagflat triu_indices tril_indices diag_indices
    indices trapezoid polyval polyfit polyadd polymul polysub roots poly unravel_index ravel_multi_index
    packbits unpackbits unique_all unique_counts unique_inverse vander copy broadcast_shapes fromiter concat
    hanning hamming bartlett blackman kaiser einsum tensordot take_along_axis block array
    """
)
"""Functions whose results share no memory with their arguments."""

VIEWING: Final = words(
    """
    reshape ravel transpose permute_dims swapaxes moveaxis rollaxis expand_dims squeeze flip fliplr flipud
    rot90 diag diagonal atleast_1d atleast_2d atleast_3d broadcast_to broadcast_arrays asarray
    ascontiguousarray asfortranarray asanyarray astype
    split array_split hsplit vsplit dsplit unstack meshgrid require real imag matrix_transpose
    """
)
"""Functions that may return views of their arguments, or the arguments themselves."""

LINALG: Final = words(
    """
    norm inv pinv solve det slogdet cond eig eigh eigvals eigvalsh svd svdvals qr cholesky lstsq matrix_power
    matrix_rank multi_dot matmul diagonal matrix_transpose
    tensorsolve tensorinv cross outer trace vector_norm matrix_norm vecdot
    """
)
FFT: Final = words(
    """
    fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn fftfreq rfftfreq fftshift
    ifftshift
    """
)

_COPYING_METHODS: Final = words(
    """
    sum prod mean var std min max any all argmin argmax ptp cumsum cumprod argsort argpartition searchsorted
    repeat trace dot nonzero take choose compress clip round flatten tolist byteswap
    """
)
_VIEWING_METHODS: Final = words("reshape ravel transpose swapaxes squeeze diagonal astype view")


class AnyKeyword(dict[str, Any]):
    """The names of all keyword arguments, except one: ``out`` is written to, which not all entries do."""

    def __init__(self, but: str = "") -> None:
        super().__init__({"": anything})
        self.but = but

    def __contains__(self, name: object) -> bool:
        return name != self.but

    def __missing__(self, name: str) -> Any:
        return anything


_KEYWORDS: Final = AnyKeyword(but="out")


def _known(arg: Arg) -> object:
    if isinstance(arg.type, t.Const):
        return arg.type.value
    return None if isinstance(arg.type, t.NoneValue) else arg.const


def _sample(one: t.Type, lengths: Sequence[int]) -> Any:
    """A value of a type, with axes of these lengths; ``UNKNOWN`` where none can be made."""
    match one:
        case t.PythonScalar("int"):
            # Different ones, too: the layout of a result may depend on it.
            return 1 + lengths[-1] % 3
        case t.Array(dtype, ndim, layout, writable):
            return _sample_array(np.dtype(dtype), tuple(lengths[:ndim]), layout, writable)
        case t.PythonScalar() | t.NumpyScalar():
            return sample_of(one)
        case t.Tuple(items, cls):
            found = [_sample(item, lengths) for item in items]
            if any(item is UNKNOWN for item in found):
                return UNKNOWN
            return cls(found) if cls in (tuple, list) else cls._make(found)  # type: ignore[attr-defined]
        case t.PythonList(item):
            found = [_sample(item, lengths) for _ in range(2)]
            return UNKNOWN if any(one is UNKNOWN for one in found) else found
        case t.Const(value=value):
            return value
        case t.NoneValue():
            return None
        case _:
            return UNKNOWN


def _sample_array(dtype: Any, shape: tuple[int, ...], layout: str, writable: bool) -> Any:
    """Different positive numbers (a regular matrix, symmetric only by chance) in the layout wanted."""
    size = int(np.prod(shape))
    numbers = np.arange(1, size + 1).reshape(shape)
    if len(shape) == 2 and shape[0] == shape[1]:
        numbers = numbers % 3 + 9 * np.eye(shape[0], dtype=np.int64)
    array = numbers.astype(dtype, order="F" if layout == "F" else "C")
    if layout == "A" and shape:
        wide = np.zeros((*shape[:-1], 2 * shape[-1]), dtype)
        wide[..., ::2] = array
        array = wide[..., ::2]
    array.flags.writeable = writable
    return array


def type_of_object(value: Any) -> t.Type | None:
    """The type of a number, an array, or a tuple or list of such, as the caller of a function would see it."""
    if type(value) is np.ndarray:
        flags, dtype = value.flags, value.dtype
        if not is_native(dtype) or not flags.aligned:
            return None
        layout: t.Layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
        return t.Array(np.dtype(dtype.str), value.ndim, layout, bool(flags.writeable))
    if isinstance(value, tuple | list):
        cls = type(value)
        items = [type_of_object(item) for item in value]
        if None in items or len(items) > _MOST_ITEMS or not (cls in (tuple, list) or is_named_tuple(cls)):
            return None
        if cls not in (tuple, list):
            register_fields(cls)
        return t.Tuple(tuple(items), cls)  # type: ignore[arg-type]
    return t.NONE if value is None else type_of_value(value)


def _hashable(arg: Arg) -> Any:
    """What a sample is made from: the value where it is known, else the type."""
    value = _known(arg)
    if isinstance(value, int) and abs(value) > _LARGE:
        # Not as a sample: it could be a length.
        value = UNKNOWN
    return (arg.type, "" if value is UNKNOWN else repr(value), value)


def result_of(function: Callable[..., Any], args: Sequence[Arg], keywords: Mapping[str, Arg]) -> t.Type | None:
    """The type of what a call gives; ``None`` where NumPy refuses samples, or native code has no type for it."""
    given = tuple(map(_hashable, args))
    named = tuple((name, _hashable(arg)) for name, arg in keywords.items())
    try:
        return _result_of(function, given, named)
    except TypeError:
        return None


@cache
def _result_of(function: Callable[..., Any], args: tuple[Any, ...], keywords: tuple[Any, ...]) -> t.Type | None:
    seen: dict[t.Type, bool] = {}
    given = [value for row in (*args, *(row for _, row in keywords)) for value in row[2:] if type(value) is int]
    # A length may have to be a multiple of a number that is known: np.split(a, 5).
    for lengths in (*_LENGTHS, *((abs(value),) * 4 for value in given if value)):
        made = [value if value is not UNKNOWN else _sample(one, lengths) for one, _, value in args]
        named = {
            name: value if value is not UNKNOWN else _sample(one, lengths) for name, (one, _, value) in keywords
        }
        if any(value is UNKNOWN for value in (*made, *named.values())):
            return None
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                found = type_of_object(function(*made, **named))
            except (ValueError, IndexError, np.linalg.LinAlgError):
                continue
            except (TypeError, AttributeError, OverflowError):
                return None
        if found is None:
            return None
        seen[found] = seen.get(found, False) or 1 not in lengths
    if any(seen.values()):
        # What comes of axes of length 1 only may be a special case: np.cov of one row is a number.
        is_number = {one: isinstance(one, t.PythonScalar | t.NumpyScalar) for one in seen}
        seen = {one: usual for one, usual in seen.items() if usual or is_number[one] == is_number[next(iter(seen))]}
    if not seen:
        return None
    # The length of a list may follow from any number among the arguments.
    is_open = any(one == t.INT and value is UNKNOWN for one, _, value in (*args, *(row for _, row in keywords)))
    return _common(list(seen), is_open)


def _common(seen: Sequence[t.Type], is_open: bool) -> t.Type | None:
    """One type for all that was seen: layouts that depend on the lengths are left to run time."""
    if all(isinstance(one, t.Tuple) and one.cls is list for one in seen):
        rows: list[tuple[t.Type, ...]] = [one.items for one in seen]  # type: ignore[union-attr]
        if is_open or len({len(row) for row in rows}) > 1:
            item = _common([one for row in rows for one in row], is_open)
            return None if item is None or isinstance(item, t.Union) else t.PythonList(item)
    merged: list[t.Type] = []
    for one in dict.fromkeys(seen):
        place = next((k for k, other in enumerate(merged) if _merged(one, other) is not None), None)
        if place is None:
            merged.append(one)
        else:
            merged[place] = _merged(one, merged[place])  # type: ignore[assignment]
    if not merged or len(merged) > _MOST_TYPES:
        return None
    if len(merged) > 1 and not all(isinstance(one, t.Array | t.Tuple) for one in merged):
        return None
    return t.union_of(tuple(merged))


def _merged(one: t.Type, other: t.Type) -> t.Type | None:
    """A type for both, where they differ in the layout of arrays only."""
    if one == other:
        return one
    if isinstance(one, t.Array) and isinstance(other, t.Array):
        same = (one.dtype, one.ndim, one.writable) == (other.dtype, other.ndim, other.writable)
        return t.Array(one.dtype, one.ndim, "A", one.writable) if same else None
    if isinstance(one, t.Tuple) and isinstance(other, t.Tuple):
        if one.cls is not other.cls or len(one.items) != len(other.items):
            return None
        items = [_merged(x, y) for x, y in zip(one.items, other.items, strict=True)]
        return None if None in items else t.Tuple(tuple(items), one.cls)  # type: ignore[arg-type]
    if isinstance(one, t.PythonList) and isinstance(other, t.PythonList):
        item = _merged(one.item, other.item)
        return None if item is None else t.PythonList(item)
    return None


def _register(key: object, function: Callable[..., Any], effects: str, samples: Any) -> None:
    name = getattr(function, "__name__", str(function))

    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        return result_of(function, args, keywords)

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


def _pairs() -> Iterator[tuple[Any, ...]]:
    for (array,) in arrays():
        yield (array,)
        yield (array, array)


def _register_all(module: Any, names: Sequence[str], effects: str) -> None:
    for name in names:
        function = getattr(module, name, None)
        if function is not None:
            _register(function, function, effects, _pairs)


_FRESH: Final = "allocates raises reads"
_SHARED: Final = "raises reads"
_register_all(np, [name for name in COPYING if name not in VIEWING], _FRESH)
_register_all(np, VIEWING, _SHARED)
_register_all(np, ("matmul", "vecdot", "matvec", "vecmat"), _FRESH)
_register_all(operator, ("matmul",), _FRESH)
_register_all(np.linalg, LINALG, _FRESH)
_register_all(np.fft, FFT, _FRESH)
for _name in _COPYING_METHODS:
    if hasattr(np.ndarray, _name):
        _register(method(_name), getattr(np.ndarray, _name), _FRESH, arrays)
for _name in _VIEWING_METHODS:
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
