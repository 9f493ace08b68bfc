"""What the bodies for dicts and sets are written with: the lists of a dict, and the hash of a key.

The hash is our own: nobody sees it, and the order of a dict is that in which keys came. It is the same for keys that
are equal, be they ints, bools, floats or numbers of NumPy's. Where native code can't tell whether keys are equal (nan
is found by identity), the call leaves for the interpreter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.lists.memory import address_of, new_list, set_length, store_item
from minijit.library.operations import make_dict, raise_key_error
from minijit.library.registry import Arg, lowers
from minijit.library.vals import NONE_VAL, Val, item_of
from minijit.machine import I64

SMALLEST: Final = 8
"""Places of an empty dict's table; always a power of two."""

_MULTIPLIER: Final = 0x9E3779B97F4A7C15 - (1 << 64)
_POSITIVE: Final = (1 << 62) - 1


def entries_of(one: Any) -> Any:
    """The list of ``(key, value, hash)``."""
    return one.entries


def table_of(one: Any) -> Any:
    """The number of keys, and the table."""
    return one.table


def hash_of(key: Any) -> Any:
    """A number from 0 on, the same for equal keys."""
    return hash(key) & _POSITIVE


def missing(key: Any) -> Any:
    """Raise the error of a key that is not there."""
    raise KeyError(key)


def _dict_type(one: Arg | Val) -> t.Dict:
    assert isinstance(one.type, t.Dict)
    return one.type


@lowers(make_dict, result=t.NONE, effects="allocates raises")
def _make_dict(b: Builder) -> Val:
    kind = next(one for one in t.members_of(b.result) if isinstance(one, t.Dict))
    entries = new_list(b, kind.entries, b.i64(0))
    table = new_list(b, kind.table, b.i64(SMALLEST + 1))
    for place in range(SMALLEST + 1):
        store_item(b, t.INT, address_of(b, table, b.i64(place)), b.int_val(b.i64(-1 if place else 0)))
    set_length(b, table, b.i64(SMALLEST + 1))
    return Val(kind, (entries.part, table.part))


@lowers(entries_of, t.Dict, result=lambda one: _dict_type(one).entries)
def _entries_of(_b: Builder, one: Val) -> Val:
    return Val(_dict_type(one).entries, one.parts[:1])


@lowers(table_of, t.Dict, result=lambda one: _dict_type(one).table)
def _table_of(_b: Builder, one: Val) -> Val:
    return Val(_dict_type(one).table, one.parts[1:])


@lowers(missing, object, result=t.NEVER, effects="raises")
def _missing(b: Builder, key: Val) -> Val:
    b.call_python(raise_key_error, [key], t.NEVER, effects="")
    return NONE_VAL


# ---- hashes


def _can_hash(one: t.Type) -> bool:
    match one:
        case t.PythonScalar():
            return one != t.COMPLEX
        case t.NumpyScalar(dtype):
            return dtype.kind in "bif" + "u" * (dtype.itemsize < 8) and dtype.itemsize <= 8 and dtype.name != "float16"
        case t.Tuple(items, cls):
            return cls is tuple and bool(items) and all(map(_can_hash, items))
        case _:
            return False


@lowers(hash_of, object, result=lambda key: t.INT if _can_hash(key.type) else None, effects="raises")
def _hash_of(b: Builder, key: Val) -> Val:
    return b.int_val(b.binary("and", _hash(b, key), b.i64(_POSITIVE)))


def _hash(b: Builder, key: Val) -> Value:
    if isinstance(key.type, t.Tuple):
        return _combined(b, [_hash(b, item_of(key, place)) for place in range(len(key.type.items))])
    assert isinstance(key.type, t.PythonScalar | t.NumpyScalar)
    if t.dtype_of(key.type).kind == "f":
        return _hash_of_float(b, b.as_f64(key))
    return _mixed(b, b.index_of(key))


def _mixed(b: Builder, number: Value) -> Value:
    """The upper bits of a product depend on all of the number."""
    product = b.binary("mul", number, b.i64(_MULTIPLIER))
    return b.binary("xor", product, b.binary("lshr", product, b.i64(32)))


def _combined(b: Builder, hashes: Sequence[Value]) -> Value:
    whole = hashes[0]
    for one in hashes[1:]:
        whole = _mixed(b, b.add(b.binary("mul", whole, b.i64(31)), one))
    return whole


def _hash_of_float(b: Builder, number: Value) -> Value:
    b.bail_unless(b.fcmp("ord", number, number), "whether two nan are the same object is not known")
    whole = b.convert("fptosi or least", number, I64)
    is_whole = b.fcmp("oeq", b.convert("sitofp", whole, number.type), number)  # type: ignore[arg-type]  # f64
    assert known(is_whole) is None
    return b.select(is_whole, _mixed(b, whole), _mixed(b, b.convert("bitcast", number, I64)))
