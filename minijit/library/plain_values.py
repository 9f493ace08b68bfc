"""Which values run no code of the user's, whatever they are asked for.

Python carries out what native code can't do with them, such as making a string of a number, and nobody can tell: a call
that has to start again in the interpreter afterwards may do so.
"""

from __future__ import annotations

from minijit import types as t


def is_plain(one: t.Type) -> bool:
    """Whether values of this type are of Python's and NumPy's own classes, down to their items."""
    match one:
        case t.Union(members=items):
            return all(map(is_plain, items))
        case t.Tuple(items=items, cls=cls):
            return cls is tuple and all(map(is_plain, items))
        case t.List(item=item) | t.PythonList(item=item):
            return is_plain(item)
        case t.Object(cls=cls):
            return cls in (str, bytes)
        case t.Const(value=value):
            return type(value) in (str, bytes)
        case _:
            return isinstance(one, t.PythonScalar | t.NumpyScalar | t.MaybeInt | t.NoneValue | t.Array | t.Range)


def is_plain_and_fixed(one: t.Type) -> bool:
    """The same, of values that can't be changed: an operator on them has no effect, whichever it is."""
    if isinstance(one, t.Union | t.Tuple):
        items = one.members if isinstance(one, t.Union) else one.items
        return is_plain(one) and all(map(is_plain_and_fixed, items))
    return is_plain(one) and not isinstance(one, t.List | t.PythonList | t.Array)
