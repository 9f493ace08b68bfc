"""The registry: what compiled code may call, and how. One entry per function, operator, method or attribute.

There are three forms, in order of preference::

    elementwise(np.cbrt, ...)                       # a row: types are asked of the ufunc itself
    @implements(np.clip, samples=...)               # a body in the compiled subset, which runs in CPython too
    @lowers(len, Array, result=INT, samples=...)    # builds machine IR, for the few that need it

An entry is found by the object that the program calls (``len``, ``math.sqrt``, ``operator.add`` for ``+``) or, for
methods and attributes of values, by ``method(name)`` and ``attribute(name)``. Among the entries of an object the first
one whose patterns match the argument types and whose result rule gives a type is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.halves import concerns_halves, serves_halves
from minijit.numpy_types import type_of_value


class Arg:
    """What typing knows of an argument: its type, and its value where that is known (else ``UNKNOWN``)."""

    __slots__ = ("const", "type")

    def __init__(self, type: t.Type, const: object = UNKNOWN) -> None:
        self.type = type
        self.const = const

    def __repr__(self) -> str:
        return f"Arg({self.type}{'' if self.const is UNKNOWN else f' = {self.const!r}'})"


Pattern: TypeAlias = Any
"""A type (equal), a class of types (instance), a tuple of patterns (any), or a predicate on types."""
ResultRule: TypeAlias = t.Type | Callable[..., t.Type | None]
"""The result type, or a function of the ``Arg``\\ s that gives it, or ``None`` where the entry does not apply."""
Fold: TypeAlias = bool | Callable[..., object]
"""Whether and how a call is evaluated while compiling; see :func:`lowers`."""
Samples: TypeAlias = Iterable[tuple[Any, ...]] | Callable[[], Iterable[tuple[Any, ...]]]
"""Rows of arguments for the generic tests, or a function that makes them."""
LowerRule: TypeAlias = Callable[..., Any]
"""``lower(builder, *vals) -> Val``; keyword arguments come as keyword arguments, see :func:`lowers`."""
Rule = TypeVar("Rule", bound=LowerRule)
Body = TypeVar("Body", bound=Callable[..., Any])


class Fusion(NamedTuple):
    """How an entry takes part in fusion: whole expressions over arrays that become one loop.

    Attributes
    ----------
    takes : tuple of int
        The positions of the operands that may be pending arrays (``vals.Pending``): computed where they are used.
    waits : callable, optional
        Whether the result for these ``Arg``\\ s may be left pending itself; without it, it never is.
    build : callable, optional
        In place of the lowering rule where the result is left pending: makes all checks, and gives a ``Pending``.
    """

    takes: tuple[int, ...]
    waits: Callable[..., bool] | None = None
    build: LowerRule | None = None


class Entry:
    """One way to compile one function; see :func:`lowers` for the fields."""

    __slots__ = (
        "applies",
        "body",
        "effects",
        "fold",
        "function",
        "fusion",
        "keywords",
        "known",
        "lower",
        "name",
        "patterns",
        "rest",
        "result",
        "samples",
    )

    def __init__(
        self,
        function: object,
        patterns: tuple[Pattern, ...],
        result: ResultRule,
        lower: LowerRule | None,
        *,
        effects: str = "",
        samples: Samples = (),
        fold: Fold = False,
        rest: Pattern | None = None,
        keywords: dict[str, Pattern] | None = None,
        body: FunctionType | None = None,
        applies: Callable[..., bool] | None = None,
        known: Iterable[str] = (),
        fusion: Fusion | None = None,
    ) -> None:
        self.function = function
        self.name = getattr(function, "__name__", None) or str(function)
        self.patterns = patterns
        self.result = result
        self.lower = lower
        self.effects = frozenset(effects.split())
        self.samples = samples
        self.fold = fold
        self.rest = rest
        self.keywords = keywords or {}
        self.body = body
        self.applies = applies
        self.known = frozenset(known)
        self.fusion = fusion

    @property
    def home(self) -> str:
        """The module that the entry stands in, by its name within the library: ``"arrays.views"``."""
        return (getattr(self.lower or self.body, "__module__", None) or "").removeprefix("minijit.library.")

    def type_of_result(self, args: tuple[Arg, ...], keywords: dict[str, Arg]) -> t.Type | None:
        """The type of the result for these arguments, or ``None`` where the entry does not apply."""
        fixed = len(self.patterns)
        if self.body is not None:
            return None
        if len(args) < fixed or (len(args) > fixed and self.rest is None):
            return None
        for position, arg in enumerate(args):
            pattern = self.patterns[position] if position < fixed else self.rest
            if not matches(pattern, arg.type):
                return None
        for name, arg in keywords.items():
            if name not in self.keywords or not matches(self.keywords[name], arg.type):
                return None
        if callable(self.result):
            return self.result(*args, **keywords)
        return self.result


    def serves(self, args: Sequence[Arg], keywords: Mapping[str, Arg]) -> bool:
        """Whether the body is compiled for these arguments; no entry without a body is."""
        if self.body is None or (concerns_halves((*args, *keywords.values())) and not serves_halves(self.body)):
            return False
        code = self.body.__code__
        count = code.co_argcount
        names = code.co_varnames[: count + code.co_kwonlyargcount]
        values = self.body.__defaults__ or ()
        defaults = dict(zip(names[count - len(values) : count], values, strict=True))
        defaults.update(self.body.__kwdefaults__ or {})
        bound = {name: default_arg(value) for name, value in defaults.items()}
        bound.update(zip(names, args, strict=False))
        by_name = names[max(len(args), code.co_posonlyargcount) :]
        if len(args) > count or any(name not in by_name for name in keywords):
            return False
        bound.update(keywords)
        return len(bound) == len(names) and (self.applies is None or self.applies(*(bound[name] for name in names)))


def default_arg(value: object) -> Arg:
    """What is known of a default value."""
    if value is None:
        return Arg(t.NONE, None)
    return Arg(type_of_value(value) or t.Const(value), value)


def matches(pattern: Pattern, one: t.Type) -> bool:
    """Whether `one` fits `pattern`."""
    if isinstance(pattern, type):
        # Some lists are held like tuples, but are not what is registered for tuples.
        return isinstance(one, pattern) and (pattern is not t.Tuple or one.cls is not list)  # type: ignore[union-attr]
    if isinstance(pattern, tuple):
        return any(matches(each, one) for each in pattern)
    if callable(pattern):
        return bool(pattern(one))
    return bool(pattern == one) or (pattern == t.OBJECT and isinstance(one, t.Object))


class method:  # noqa: N801  (reads as a word: ``@lowers(method("conjugate"), COMPLEX, ...)``)
    """The key of a method of values, ``receiver.name(...)``; the receiver is the first argument."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, method) and type(other) is type(self) and other.name == self.name

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.name))

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.name}"


class attribute(method):  # noqa: N801
    """The key of an attribute of values, ``receiver.name``; the receiver is the only argument."""

    __slots__ = ()


class stored_attribute(method):  # noqa: N801
    """The key of a store into an attribute, ``receiver.name = value``; its result is ``None``."""

    __slots__ = ()


_ENTRIES: Final[dict[object, list[Entry]]] = {}


def _key(function: object) -> object:
    """Functions are found by identity (NumPy's dtype classes and ufuncs compare in surprising ways)."""
    return function if isinstance(function, method) else id(function)


def add(entry: Entry) -> None:
    """Put `entry` behind the others of its function."""
    _ENTRIES.setdefault(_key(entry.function), []).append(entry)


def ask_last(modules: Sequence[str]) -> None:
    """Move the entries that stand in these modules behind all others of their function, in the order of `modules`."""
    places = {name: place for place, name in enumerate(modules)}
    for entries in _ENTRIES.values():
        entries.sort(key=lambda entry: places.get(entry.home, -1))


_ADOPTERS: Final[list[Callable[[object], bool]]] = []


def adopts(adopter: Callable[[object], bool]) -> Callable[[object], bool]:
    """Register what may add entries for a function that has none; it says whether it did."""
    _ADOPTERS.append(adopter)
    return adopter


def entries_of(function: object) -> list[Entry]:
    """All entries for a function, operator, ``method(name)`` or ``attribute(name)``."""
    try:
        found = _ENTRIES.get(_key(function))
    except TypeError:
        return []
    if found is None and any(adopter(function) for adopter in _ADOPTERS):
        found = _ENTRIES[_key(function)]
    return found or []


def all_entries() -> list[Entry]:
    """Every entry, in the order of registration (for the tests and the support table)."""
    return [entry for entries in _ENTRIES.values() for entry in entries]


def find(function: object, args: tuple[Arg, ...], keywords: dict[str, Arg]) -> tuple[Entry, t.Type] | None:
    """The entry that serves a call, with the type of its result; ``None`` where there is none."""
    halves = concerns_halves((*args, *keywords.values()))
    for entry in entries_of(function):
        if halves and entry.lower is not None and not serves_halves(entry.lower):
            continue
        result = entry.type_of_result(args, keywords)
        if result is not None:
            return entry, result
    return None


def lowers(
    function: object,
    *patterns: Pattern,
    result: ResultRule,
    effects: str = "",
    samples: Samples = (),
    fold: Fold = False,
    rest: Pattern | None = None,
    keywords: dict[str, Pattern] | None = None,
    fusion: Fusion | None = None,
) -> Callable[[Rule], Rule]:
    """Register a function that builds machine IR for a call.

    Parameters
    ----------
    function : object
        What the program calls; or ``method(name)``, ``attribute(name)``.
    *patterns : Pattern
        What each positional argument must be.
    result : Type or callable
        The type of the result; a callable gets one ``Arg`` for each argument (keyword arguments by name) and may
        return ``None``: the entry does not apply.
    effects : str
        Effects that others can see, as in :mod:`minijit.ir.ops`: ``"raises"``, ``"reads"``, ``"writes"``, ``"io"`` ...
    samples : iterable of tuple
        Arguments on which the generic tests compare the entry with the function itself.
    fold : bool or callable
        Whether a call with known constants may be evaluated while compiling, by calling `function`; or a function of
        the ``Arg``\\ s that gives the value or ``UNKNOWN``, also where it follows from the types alone (``len`` of a
        tuple).
    rest : Pattern, optional
        What further positional arguments must be; by default there are none.
    keywords : dict, optional
        Accepted keyword arguments with what they must be; all are optional for the entry.
    fusion : Fusion, optional
        How the entry takes part in the fusion of expressions over arrays.
    """

    def register(lower: Rule) -> Rule:
        add(
            Entry(
                function,
                patterns,
                result,
                lower,
                effects=effects,
                samples=samples,
                fold=fold,
                rest=rest,
                keywords=keywords,
                fusion=fusion,
            )
        )
        return lower

    return register


def implements(
    function: object,
    *,
    when: Callable[..., bool] | None = None,
    known: Iterable[str] = (),
    samples: Samples = (),
) -> Callable[[Body], Body]:
    """Register a body, a plain Python function in the compiled subset, that is compiled in place of `function`.

    A body may leave a case to NumPy: :func:`minijit.library.by_numpy.by_numpy`. Its own indices and sums are taken to
    be right: they are not checked at run time, and negative indices do not count from the end. All is annotated with
    ``Any``, since the run-time type checks of our tests would put more into the code for any other type.

    Parameters
    ----------
    function : object
        What the program calls; or ``method(name)``, whose receiver is the first argument.
    when : callable, optional
        Given an ``Arg`` for each parameter of the body, in order and with defaults filled in, says whether the body
        serves the call; if not, the other entries of the function are asked.
    known : iterable of str
        Parameters whose values matter to the body: it is compiled for each of them that is known, as for
        ``axis=1``. Of other parameters only the type counts.
    samples : iterable of tuple
        As for :func:`lowers`.
    """

    def register(body: Body) -> Body:
        assert isinstance(body, FunctionType)
        add(Entry(function, (), t.NEVER, None, samples=samples, body=body, applies=when, known=known))
        return body

    return register


_RARE: Final[set[FunctionType]] = set()


def rarely(function: Body) -> Body:
    """Mark a function that bodies hardly ever call: it is never put in the place of a call."""
    assert isinstance(function, FunctionType)
    _RARE.add(function)
    return function


def is_rare(function: FunctionType) -> bool:
    """Whether a function was marked by :func:`rarely`."""
    return function in _RARE


def is_trusted(function: FunctionType) -> bool:
    """Whether a function belongs to the library: a body, or what a body calls."""
    return (function.__module__ or "").startswith("minijit.library.")
