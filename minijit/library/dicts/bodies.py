"""What is done to dicts and sets, in the compiled subset: open addressing, as in Python's own dicts.

Entries stand in the order in which their keys came. A deleted entry stays, with a negative hash, until the table is
built anew, or somebody wants to walk over the entries.
"""

from __future__ import annotations

import operator
from typing import Any, Final

from minijit import types as t
from minijit.library.dicts.parts import entries_of, hash_of, missing, table_of
from minijit.library.dicts.walks import view_of
from minijit.library.operations import walk_over
from minijit.library.registry import Arg, implements, method, rarely

_ABSENT: Final = -1


def _is_dict(one: Arg, *_others: Arg) -> bool:
    return isinstance(one.type, t.Dict) and one.type.cls is dict


def _is_set(one: Arg, *_others: Arg) -> bool:
    return isinstance(one.type, t.Dict) and one.type.cls is set


def _is_either(one: Arg, *_others: Arg) -> bool:
    return isinstance(one.type, t.Dict)


def _find(one: Any, key: Any, hashed: Any) -> Any:
    """The index of the entry of a key, or -1."""
    entries, table = entries_of(one), table_of(one)
    mask = len(table) - 2
    place = hashed & mask
    while True:
        index = table[place + 1]
        if index < 0:
            return _ABSENT
        if entries[index][2] == hashed and entries[index][0] == key:
            return index
        place = (place + 1) & mask


def _enter(table: Any, index: Any, hashed: Any) -> Any:
    """Put the index of an entry into the table."""
    mask = len(table) - 2
    place = hashed & mask
    while table[place + 1] >= 0:
        place = (place + 1) & mask
    table[place + 1] = index


@rarely
def _rebuild(one: Any) -> Any:
    """Close the gaps between entries, and make a table that is half full at most."""
    entries, table = entries_of(one), table_of(one)
    count = 0
    for entry in entries:
        if entry[2] >= 0:
            entries[count] = entry
            count += 1
    while len(entries) > count:
        entries.pop()
    for place in range(1, len(table)):
        table[place] = -1
    while len(table) - 1 < 3 * count:
        for _ in range(len(table) - 1):
            table.append(-1)
    for index in range(count):
        _enter(table, index, entries[index][2])


def _add(one: Any, key: Any, value: Any, hashed: Any) -> Any:
    """A further entry, of a key that is not there."""
    entries, table = entries_of(one), table_of(one)
    if 3 * len(entries) >= 2 * (len(table) - 1):
        _rebuild(one)
    _enter(table, len(entries), hashed)
    entries.append((key, value, hashed))
    table[0] += 1


def _remove(one: Any, index: Any) -> Any:
    entries, table = entries_of(one), table_of(one)
    entry = entries[index]
    entries[index] = (entry[0], entry[1], -1)
    table[0] -= 1
    if table[0] == 0:
        _clear(one)


def _clear(one: Any) -> Any:
    entries, table = entries_of(one), table_of(one)
    entries.clear()
    table[0] = 0
    for place in range(1, len(table)):
        table[place] = -1


# ---- items


@implements(operator.getitem, when=_is_dict)
def _getitem(one: Any, key: Any, /) -> Any:
    index = _find(one, key, hash_of(key))
    if index < 0:
        missing(key)
    return entries_of(one)[index][1]


@implements(operator.setitem, when=_is_dict)
def _setitem(one: Any, key: Any, value: Any, /) -> Any:
    hashed = hash_of(key)
    index = _find(one, key, hashed)
    if index < 0:
        _add(one, key, value, hashed)
    else:
        entries = entries_of(one)
        entries[index] = (entries[index][0], value, hashed)


@implements(operator.delitem, when=_is_dict)
def _delitem(one: Any, key: Any, /) -> Any:
    index = _find(one, key, hash_of(key))
    if index < 0:
        missing(key)
    _remove(one, index)


@implements(operator.contains, when=_is_either)
def _contains(one: Any, key: Any, /) -> Any:
    return _find(one, key, hash_of(key)) >= 0


@implements(method("get"), when=_is_dict)
def _get(one: Any, key: Any, default: Any = None, /) -> Any:
    index = _find(one, key, hash_of(key))
    return default if index < 0 else entries_of(one)[index][1]


@implements(method("setdefault"), when=_is_dict)
def _setdefault(one: Any, key: Any, default: Any = None, /) -> Any:
    hashed = hash_of(key)
    index = _find(one, key, hashed)
    if index < 0:
        _add(one, key, default, hashed)
        return default
    return entries_of(one)[index][1]


@implements(method("pop"), when=lambda one, key: _is_dict(one))
def _pop(one: Any, key: Any, /) -> Any:
    index = _find(one, key, hash_of(key))
    if index < 0:
        missing(key)
    value = entries_of(one)[index][1]
    _remove(one, index)
    return value


@implements(method("pop"), when=lambda one, key, default: _is_dict(one))
def _pop_or(one: Any, key: Any, default: Any, /) -> Any:
    index = _find(one, key, hash_of(key))
    if index < 0:
        return default
    value = entries_of(one)[index][1]
    _remove(one, index)
    return value


@implements(method("clear"), when=_is_either)
def _cleared(one: Any, /) -> Any:
    _clear(one)


# ---- walks


def _in_order(one: Any) -> Any:
    if len(entries_of(one)) > table_of(one)[0]:
        _rebuild(one)
    return one


@implements(walk_over, when=_is_dict)
@implements(method("keys"), when=_is_dict)
def _keys(one: Any, /) -> Any:
    return view_of(_in_order(one), "keys")


@implements(method("values"), when=_is_dict)
def _values(one: Any, /) -> Any:
    return view_of(_in_order(one), "values")


@implements(method("items"), when=_is_dict)
def _items(one: Any, /) -> Any:
    return view_of(_in_order(one), "items")


@implements(list, when=_is_dict)
def _list(one: Any, /) -> Any:
    return list(_keys(one))


@implements(sorted, when=_is_dict)
def _sorted(one: Any, /) -> Any:
    return sorted(_keys(one))


@implements(enumerate, when=_is_dict)
def _enumerate(one: Any) -> Any:
    return enumerate(_keys(one))


@implements(sum, when=_is_dict)
def _sum(one: Any, /) -> Any:
    return sum(_keys(one))


@implements(max, when=_is_dict)
def _max(one: Any, /) -> Any:
    return max(_keys(one))


@implements(min, when=_is_dict)
def _min(one: Any, /) -> Any:
    return min(_keys(one))


# ---- sets


@implements(method("add"), when=_is_set)
def _set_add(one: Any, key: Any, /) -> Any:
    hashed = hash_of(key)
    if _find(one, key, hashed) < 0:
        _add(one, key, None, hashed)


@implements(method("discard"), when=_is_set)
def _set_discard(one: Any, key: Any, /) -> Any:
    index = _find(one, key, hash_of(key))
    if index >= 0:
        _remove(one, index)


@implements(method("remove"), when=_is_set)
def _set_remove(one: Any, key: Any, /) -> Any:
    index = _find(one, key, hash_of(key))
    if index < 0:
        missing(key)
    _remove(one, index)
