"""Calls and attributes: finding out what is called, and binding arguments to the parameters of user functions."""

from __future__ import annotations

import gc
import types as python_types
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import NOTHING, Fact, fact_of_type
from minijit.ir.guards import MISSING, Guard
from minijit.ir.nodes import UNKNOWN
from minijit.library import registry
from minijit.library.named_tuples import register_class
from minijit.library.operations import call_anything
from minijit.library.sampling import is_service, service_class, service_of
from minijit.library.structures import register_fields
from minijit.library.targets import (
    CapturedValue,
    ConstantTarget,
    DefaultValue,
    FunctionTarget,
    MethodTarget,
    PythonTarget,
    Target,
)
from minijit.typeinfer.facts import fact_of_object, lists_in
from minijit.typeinfer.instances import method_function, property_of, resolve_instance_attribute
from minijit.typeinfer.python_calls import (
    has_method,
    is_object,
    method_of,
    resolve_any_call,
    resolve_method_call,
    resolve_object_attribute,
    resolve_object_call,
    resolve_typed_call,
    resolve_value_attribute,
)

if TYPE_CHECKING:
    from minijit.typeinfer.program import Program

Source: TypeAlias = int | tuple[int, ...] | DefaultValue | CapturedValue

_SETTLED_MODULES: Final = ("numpy", "math", "cmath", "operator", "builtins", "minijit")
"""Modules whose attributes are taken to stay what they are (docs/semantics.md)."""
_VARKEYWORDS: Final = 0x08
_UFUNC_METHODS: Final = ("reduce", "accumulate", "reduceat", "outer", "at")


def user_function(value: object) -> python_types.FunctionType | None:
    """The Python function behind a function or a jitted function; ``None`` for anything else."""
    inner = value if isinstance(value, type) else getattr(value, "py_func", value)
    return inner if isinstance(inner, python_types.FunctionType) else None


def resolve_attribute(program: Program, name: str, fact: Fact) -> tuple[Target, Fact]:
    """Bind ``object.name`` for an object of one type."""
    if isinstance(fact.type, t.Const):
        return _attribute_of_constant(program, name, fact.type.value)
    if isinstance(fact.type, t.Instance):
        getter = property_of(program, fact.type, name)
        if getter is not None:
            return _method_of_user(program, getter, [fact], ())
        return resolve_instance_attribute(program, name, fact)
    if isinstance(fact.type, t.Object | t.PythonList):
        if not has_method(fact.type, name):
            return resolve_object_attribute(name)
        bound = t.BoundMethod(fact.type, name)
        return MethodTarget(bound), Fact(bound)
    if isinstance(fact.type, t.Tuple) and fact.type.cls not in (tuple, list):
        register_class(fact.type.cls)
    if isinstance(fact.type, t.RecordArray | t.Record):
        register_fields(fact.type)
    found = program.resolver.entry(registry.attribute(name), (fact,), {})
    if found is not None:
        return found
    if isinstance(fact.type, t.Tuple) and (own := own_attribute(program, fact.type.cls, name)) is not None:
        if isinstance(own, property):
            return _method_of_user(program, own.fget, [fact], ())
        bound = t.BoundMethod(fact.type, name)
        return MethodTarget(bound), Fact(bound)
    if registry.entries_of(registry.method(name)) or method_of(fact.type, name) is not None:
        method = t.BoundMethod(fact.type, name)
        return MethodTarget(method), Fact(method)
    outside = resolve_value_attribute(fact.type, name)
    if outside is not None:
        return outside
    raise Unsupported(f"attribute {name!r} of a value of type {fact.type}", "use it outside of the compiled function")


def own_attribute(program: Program, cls: type, name: str) -> python_types.FunctionType | property | None:
    """A method or property that the user has given a class of named tuples."""
    home = next((base for base in cls.__mro__ if name in vars(base)), object)
    own = vars(home).get(name)
    function = own.fget if isinstance(own, property) else own
    if not isinstance(function, python_types.FunctionType) or function.__code__.co_filename.startswith("<"):
        return None
    if function.__module__ == "collections":
        return None
    _guard_class(program, home, name)
    program.add_guard(Guard("function", function, function.__name__, function))
    return own


def _method_of_user(
    program: Program, function: Any, facts: Sequence[Fact], keywords: tuple[str, ...], known: Collection[str] = ()
) -> tuple[Target, Fact]:
    """Bind a call of a method; ``facts[0]`` is the receiver, which stands where functions have what is called."""
    target, fact = _user_function(program, function, [NOTHING, *facts], keywords, known)
    if isinstance(target, PythonTarget) and isinstance(facts[0].type, t.Instance):
        return target, fact
    if not isinstance(target, FunctionTarget):
        raise Unsupported(f"a call of the method {_name_of(function)}", "call a function outside of the class")
    return FunctionTarget(target.instance, tuple(map(_before, target.arguments))), fact


def _before(source: Source) -> Source:
    if isinstance(source, tuple):
        return tuple(position - 1 for position in source)
    return source - 1 if isinstance(source, int) else source


def _guard_class(program: Program, owner: type, name: str) -> None:
    """Watch what a class itself holds under a name."""
    # The dict itself, behind the view of it that a class shows.
    (scope,) = (one for one in gc.get_referents(owner.__dict__) if isinstance(one, dict))
    program.add_guard(Guard("attribute", scope, name, owner.__dict__[name]))


def _attribute_of_constant(program: Program, name: str, owner: object) -> tuple[Target, Fact]:
    if isinstance(owner, np.ufunc) and name in _UFUNC_METHODS:
        method = t.BoundMethod(t.Const(owner), name)
        return MethodTarget(method), Fact(method)
    if (is_service(type(owner)) or type(owner) in (str, bytes)) and callable(getattr(owner, name, None)):
        method = t.BoundMethod(t.Const(owner), name)
        return MethodTarget(method), Fact(method)
    if name in ("name", "value") and t.is_plain_member(owner):
        return _constant(program, getattr(owner, name))
    if not isinstance(owner, python_types.ModuleType | type | np.dtype | np.finfo | np.iinfo | np.ufunc):
        return resolve_object_attribute(name)
    if isinstance(owner, type) and (owner.__module__ or "").split(".")[0] not in _SETTLED_MODULES:
        return _attribute_of_class(program, name, owner)
    try:
        value = getattr(owner, name)
    except AttributeError:
        raise Unsupported(f"{getattr(owner, '__name__', owner)!r} has no attribute {name!r}") from None
    if isinstance(owner, python_types.ModuleType) and owner.__name__.split(".")[0] not in _SETTLED_MODULES:
        if name not in owner.__dict__:
            # The module's own __getattr__ gave it, and may give something else next time.
            return resolve_object_attribute(name)
        program.add_guard(Guard("attribute", owner.__dict__, name, value))
    return _constant(program, value)


def _attribute_of_class(program: Program, name: str, owner: type) -> tuple[Target, Fact]:
    """What a class itself holds under a name is known, and guarded; what it inherits or computes, Python finds out."""
    held = owner.__dict__.get(name, MISSING)
    value = held.__func__ if isinstance(held, staticmethod) else held
    is_computed = hasattr(type(value), "__get__") and not isinstance(value, python_types.FunctionType)
    if held is MISSING or is_computed or hasattr(type(owner), name):
        return resolve_object_attribute(name)
    _guard_class(program, owner, name)
    return _constant(program, value)


def _constant(program: Program, value: object) -> tuple[Target, Fact]:
    fact = fact_of_object(value, program.type_of)
    return ConstantTarget(fact.type, value if fact.const is UNKNOWN else fact.const), fact


def resolve_call(
    program: Program, facts: Sequence[Fact], keywords: tuple[str, ...], *, is_raised: bool = False
) -> tuple[Target, Fact]:
    """Bind a call; ``facts[0]`` is what is called, the last ``len(keywords)`` are the keyword arguments.

    `is_raised` says that the result is raised at once and used nowhere else.
    """
    callee, args = facts[0], facts[1:]
    positional = tuple(args[: len(args) - len(keywords)])
    named = dict(zip(keywords, args[len(args) - len(keywords) :], strict=True))
    if isinstance(callee.type, t.BoundMethod):
        return _method(program, callee.type, positional, named)
    if isinstance(callee.type, t.Closure):
        return _user_function(program, callee.type.function, facts, keywords)
    if isinstance(callee.type, t.Object):
        return resolve_object_call(facts, keywords)
    if not isinstance(callee.type, t.Const):
        return PythonTarget(call_anything, t.NEVER, keywords), NOTHING
    value = callee.type.value
    if isinstance(value, type) and t.is_named_tuple(value):
        register_class(value)
    if registry.entries_of(value):
        return _library(program, value, positional, named)
    function = user_function(value)
    if function is not None and not _is_foreign(function):
        if registry.is_trusted(function):
            # What a body of the library knows, its helpers know.
            return _user_function(program, function, facts, keywords, function.__code__.co_varnames)
        program.add_guard(Guard("function", function, function.__name__, function))
        return _user_function(program, function, facts, keywords)
    if isinstance(value, type) and issubclass(value, BaseException):
        return _exception(program, value, args, keywords, is_raised)
    owner = service_of(value)
    if owner is not None:
        # Of random.random, and of np.random.random, native code needs what it belongs to.
        row = (fact_of_type(t.Const(owner)), *positional)
        native = program.resolver.entry(registry.method(getattr(value, "__name__", "")), row, named)
        if native is not None:
            return native
    typed = resolve_typed_call(value, positional, named)
    return typed or resolve_any_call(value, positional, named, f"a call of {_name_of(value)}")


def _name_of(value: object) -> str:
    module = getattr(value, "__module__", "") or ""
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None) or type(value).__name__
    return name if module in ("builtins", "__main__", "") else f"{module}.{name}"


def _is_foreign(function: python_types.FunctionType) -> bool:
    return (function.__module__ or "").split(".")[0] in ("numpy", "scipy")


def _method(
    program: Program, method: t.BoundMethod, args: tuple[Fact, ...], named: dict[str, Fact]
) -> tuple[Target, Fact]:
    receiver = fact_of_type(method.receiver)
    is_known = service_class(method.receiver) is not None
    native = program.resolver.entry(registry.method(method.name), (receiver, *args), named) if is_known else None
    outside = native or resolve_method_call(method.receiver, method.name, args, named)
    if outside is not None:
        return outside
    if isinstance(method.receiver, t.Tuple):
        own = own_attribute(program, method.receiver.cls, method.name)
        if isinstance(own, python_types.FunctionType):
            return _method_of_user(program, own, [receiver, *args, *named.values()], tuple(named))
    function_of_class = method_function(program, method.receiver, method.name)
    if function_of_class is not None:
        return _method_of_user(program, function_of_class, [receiver, *args, *named.values()], tuple(named))
    body = by_body(program, registry.method(method.name), (receiver, *args), named)
    if body is not None:
        return body
    found = program.resolver.entry(registry.method(method.name), (receiver, *args), named)
    if found is not None:
        return found
    given = ", ".join(str(fact.type) for fact in args)
    words = f"the method {method.name!r} of {method.receiver} with ({given})"
    function = method_of(method.receiver, method.name)
    if function is None:
        raise Unsupported(words, "call it outside of the compiled function")
    return program.resolver.entry_or_error(function, (receiver, *args), named, words)


def _library(
    program: Program, value: object, args: tuple[Fact, ...], named: dict[str, Fact]
) -> tuple[Target, Fact]:
    found = by_body(program, value, args, named)
    if found is not None:
        return found
    words = f"a call of {_name_of(value)}"
    found = program.resolver.entry(value, args, named) or resolve_typed_call(value, args, named)
    if found is None and any(is_object(fact.type) or lists_in(fact.type) for fact in (*args, *named.values())):
        return resolve_any_call(value, args, named, words)
    return found or program.resolver.entry_or_error(value, args, named, words)


def by_body(
    program: Program, key: object, args: Sequence[Fact], named: Mapping[str, Fact], *, shifted: bool = False
) -> tuple[Target, Fact] | None:
    """Bind a call of what the library has a body for; ``None`` where it has none for these arguments.

    `shifted` says that it is no call: the first operand is an argument already.
    """
    for entry in registry.entries_of(key):
        rows = [registry.Arg(fact.type, fact.const) for fact in args]
        keywords = {name: registry.Arg(fact.type, fact.const) for name, fact in named.items()}
        if entry.serves(rows, keywords):
            assert entry.body is not None
            facts = [*args, *named.values()]
            if shifted or isinstance(key, registry.method):
                return _method_of_user(program, entry.body, facts, tuple(named), entry.known)
            return _user_function(program, entry.body, [NOTHING, *facts], tuple(named), entry.known)
    return None


def _exception(
    program: Program, value: type[BaseException], args: Sequence[Fact], keywords: tuple[str, ...], is_raised: bool
) -> tuple[Target, Fact]:
    """An exception that is raised at once and has a known message needs no Python; any other is made by Python."""
    is_plain = is_raised and len(args) == 1 and not keywords and value.__module__ == "builtins"
    if is_plain and isinstance(args[0].const, str):
        exception = program.known_exception(value, args[0].const)
        if exception.args == (args[0].const,):
            return ConstantTarget(t.Const(exception), exception), Fact(t.Const(exception), exception)
    if not is_raised and any(lists_in(fact.type) for fact in args):
        raise Unsupported("a list in an exception", "raise the exception at once")
    return PythonTarget(value, t.OBJECT, keywords), Fact(t.OBJECT)


def _user_function(
    program: Program,
    function: python_types.FunctionType,
    facts: Sequence[Fact],
    keywords: tuple[str, ...],
    known: Collection[str] = (),
) -> tuple[Target, Fact]:
    if is_refused(program, function):
        positional, named = facts[1 : len(facts) - len(keywords)], facts[len(facts) - len(keywords) :]
        words = f"a call of {_name_of(function)}"
        return resolve_any_call(function, positional, dict(zip(keywords, named, strict=True)), words)
    bound = bind_arguments(program, function, facts, keywords, known)
    if bound is None:
        return PythonTarget(function, t.NEVER, keywords), NOTHING
    sources, given = bound
    callee = facts[0].type
    if isinstance(callee, t.Closure):
        sources = (*map(CapturedValue, range(len(callee.captured))), *sources)
        given = (*map(fact_of_type, callee.captured), *given)
    instance = program.instance(function, given)
    return FunctionTarget(instance, sources), instance.result


def is_refused(program: Program, function: python_types.FunctionType) -> bool:
    """Whether the front end does not take a function: Python carries out its calls then."""
    if function.__code__.co_flags & _VARKEYWORDS:
        return True
    try:
        program.source_of(function)
    except Unsupported:
        return True
    return False


def bind_arguments(
    program: Program,
    function: python_types.FunctionType,
    facts: Sequence[Fact],
    keywords: tuple[str, ...],
    known: Collection[str] = (),
) -> tuple[tuple[Source, ...], tuple[Fact, ...]] | None:
    """Where each parameter of `function` comes from, and what is known of it; ``None`` where Python's binding fails.

    Of the parameters in `known` the value counts, not only the type. A source is the position of a fact, a tuple of
    positions (``*args``), or a ``DefaultValue``.
    """
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    count = len(facts) - 1 - len(keywords)
    sources: dict[str, int] = {}
    for position in range(min(count, code.co_argcount)):
        sources[names[position]] = position + 1
    has_varargs = bool(code.co_flags & 0x04)
    if count > code.co_argcount and not has_varargs:
        return None
    for position, keyword in enumerate(keywords):
        if keyword not in names or keyword in sources or keyword in names[: code.co_posonlyargcount]:
            return None
        sources[keyword] = len(facts) - len(keywords) + position
    values = function.__defaults__ or ()
    defaults = dict(zip(names[code.co_argcount - len(values) : code.co_argcount], values, strict=True))
    defaults.update(function.__kwdefaults__ or {})
    rows: list[tuple[Source, Fact]] = []
    for name in names:
        if name not in sources:
            if name not in defaults:
                return None
            default = fact_of_object(defaults[name], program.type_of)
            rows.append((DefaultValue(default.type, defaults[name]), default))
        else:
            fact = facts[sources[name]]
            rows.append((sources[name], fact if name in known else _generalise(fact)))
    if has_varargs:
        extra = tuple(range(code.co_argcount + 1, count + 1))
        whole = t.Tuple(tuple(facts[position].type for position in extra))
        rows.insert(code.co_argcount, (extra, fact_of_type(whole)))
    return tuple(row[0] for row in rows), tuple(row[1] for row in rows)


def _generalise(fact: Fact) -> Fact:
    """What of a fact an instance is made for: of numbers the type only, or recursion would make one for every value."""
    if isinstance(fact.const, bool) or fact.const is UNKNOWN:
        return fact
    return fact_of_type(fact.type)
