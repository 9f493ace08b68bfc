"""Random statements over whole arrays: expressions, stores, masks, indices, reductions, shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.programs.scope import ArrayOf, Number, Rank, Scope, highest, rank_of

if TYPE_CHECKING:
    from tests.programs.statements import Statements

DTYPE_OF: dict[Rank, str] = {"bool": "bool", "int": "int64", "real": "float64", "complex": "complex128"}
"""What stands for all dtypes of a rank, where the exact one is the business of the compiler."""
ORDERED: tuple[Rank, ...] = ("bool", "int", "real")
_SMALL = ("1", "2", "0", "3", "True", "0.5", "1.5", "-1.0")


def whole_array(s: Statements, scope: Scope, indent: int) -> None:
    """``w = <expression over arrays>``."""
    name = s.choice.pick(("w", "v"))
    source = s.choice.pick(scope.names(ArrayOf))
    text, kind = array_expression(s, scope, source, 2)
    if s.choice.chance(25):
        text, kind = _reshaped(s, text, kind)
    if name not in scope.fixed:
        s.emit(indent, f"{name} = {text}")
        scope.assign(name, kind)


def array_expression(s: Statements, scope: Scope, name: str, depth: int) -> tuple[str, ArrayOf]:
    """An expression of the shape of the array `name`."""
    kind = _array(scope, name)
    choose, rank = s.choice.pick, rank_of(kind.dtype)
    if depth <= 0 or s.choice.chance(20):
        return name, kind
    left, kind = array_expression(s, scope, name, depth - 1)
    rank = rank_of(kind.dtype)
    way = s.choice.number(0, 7)
    if way <= 2:
        right, other = _operand(s, scope, name, depth)
        both = highest(rank, other)
        operators = ["+", "*", "+"]
        if both != "bool":
            operators.append("-")
        if both in ORDERED:
            operators += ["<", ">=", "==", "/", "//", "%"]
        operator = choose(operators)
        out: Rank = "bool" if operator in ("<", ">=", "==") else highest(both, "real") if operator == "/" else both
        return f"({left} {operator} {right})", ArrayOf(DTYPE_OF[out], kind.ndim)
    if way == 3 and rank in ORDERED:
        right, other = _operand(s, scope, name, depth)
        if other in ORDERED:
            functions = ("np.maximum({}, {})", "np.minimum({}, {})", "np.where({0} > 1, {0}, {1})", "np.fmin({}, {})")
            return choose(functions).format(left, right), ArrayOf(DTYPE_OF[highest(rank, other)], kind.ndim)
    if way == 4:
        cast = choose(("float32", "complex128", "float64") if rank != "complex" else ("complex64", "complex128"))
        return f"{left}.astype(np.{cast})", ArrayOf(cast, kind.ndim)
    if way == 5 and rank in ("int", "bool"):
        if rank_of(_array(scope, name).dtype) != rank:
            return f"(~{left})", kind
        return f"({left} {choose('&|^')} {name})", kind
    return _elementwise(s, left, kind)


def _elementwise(s: Statements, text: str, kind: ArrayOf) -> tuple[str, ArrayOf]:
    """A function of each element."""
    rank = rank_of(kind.dtype)
    if rank == "bool":
        return f"np.logical_not({text})", kind
    functions = ("square", "conj", "isnan", "sign", "abs")
    # The last bit of the size of a complex number may differ from NumPy's.
    function = s.choice.pick(functions[:-1] if rank == "complex" else functions)
    out: Rank = rank
    if function == "isnan":
        out = "bool"
    return f"np.{function}({text})", ArrayOf(DTYPE_OF[out], kind.ndim)


def _operand(s: Statements, scope: Scope, name: str, depth: int) -> tuple[str, Rank]:
    """Something that can be broadcast to the array `name`: a part of it, another expression, a number."""
    kind = _array(scope, name)
    way = s.choice.number(0, 5)
    if way <= 1:
        text, other = array_expression(s, scope, name, depth - 1)
        return text, rank_of(other.dtype)
    if way == 2:
        return f"{name}[::-1]", rank_of(kind.dtype)
    if way == 3:
        return f"{name}[-1:]", rank_of(kind.dtype)
    if way == 4:
        text = s.choice.pick(_SMALL)
        return text, "bool" if text == "True" else "real" if "." in text else "int"
    return s.expressions.leaf(scope, "complex")


def _reshaped(s: Statements, text: str, kind: ArrayOf) -> tuple[str, ArrayOf]:
    """A view, a copy or a rearrangement of an array expression."""
    flat = [".copy()", ".ravel()", ".reshape(-1)", "[None, :]", "[:, None]", "[::-1]", "[1:]", ".cumsum()", "[...]"]
    table = [".T", ".ravel()", ".sum(axis=0)", ".max(axis=1, initial=0)", "[:, ::-1]", "[None, 0]", ".cumsum(axis=1)",
             ".sum(axis=-1, keepdims=True)", "[::-1, 1:]", ".flatten('F')", ".mean(0)", ".any(axis=0)", "[..., -1]"]
    around = ["np.concatenate(({0}, {0}))", "np.roll({0}, 1)", "np.diff({0})", "np.sort({0})", "np.flip({0})",
              "np.stack(({0}, {0}))", "np.repeat({0}, 2)", "np.zeros_like({0})", "np.atleast_2d({0})",
              "np.tile({0}, 2)"]
    if rank_of(kind.dtype) in ("bool", "complex"):
        around = [one for one in around if "diff" not in one and "sort" not in one]
        table = [one for one in table if "max" not in one]
    if s.choice.chance(50):
        form = s.choice.pick(around)
        ndim = {"np.stack": 2 if kind.ndim == 1 else 0, "np.repeat": 1, "np.atleast_2d": 2}.get(form.split("(")[0])
        return form.format(text), ArrayOf(kind.dtype, kind.ndim if ndim is None else ndim or 2)
    form = s.choice.pick(flat if kind.ndim == 1 else table)
    rank = rank_of(kind.dtype)
    if any(word in form for word in ("sum", "mean")):
        rank = highest(rank, "real" if "mean" in form else "int")
    elif "any" in form:
        rank = "bool"
    dtype = kind.dtype if rank == rank_of(kind.dtype) else DTYPE_OF[rank]
    if kind.ndim == 1:
        return text + form, ArrayOf(dtype, 2 if "None" in form else 1)
    two = form in (".T", "[:, ::-1]", "[None, 0]", ".cumsum(axis=1)", ".sum(axis=-1, keepdims=True)", "[::-1, 1:]")
    return text + form, ArrayOf(dtype, 2 if two else 1)


def change_array(s: Statements, scope: Scope, indent: int) -> None:
    """A store into many elements: in place, into a part, through a mask or an index array, from what overlaps."""
    name = s.choice.pick(scope.names(ArrayOf))
    kind = _array(scope, name)
    rank = rank_of(kind.dtype)
    text, value = s.expressions.leaf(scope, rank if rank != "bool" else "int")
    sign = "+" if rank != "bool" else "|"
    value_text = text if value != "bool" or rank == "bool" else f"({text} + 0)"
    forms = [
        f"{name}[:] = {value_text}",
        f"{name}[...] = {name}[::-1]",
        f"{name}[1:] = {name}[:-1]",
        f"{name}[1:] {sign}= {name}[:-1]",
        f"{name}[::-1] {sign}= {name}",
        f"{name} {sign}= {name}[::-1]",
        f"{name}[[0, -1]] = {value_text}",
        f"{name}[np.array([0, 0, -1])] {sign}= {name}[0]",
        f"{name}[{name} == {name}[0]] = {value_text}" if kind.ndim == 1 else f"{name}[:, 0] = {value_text}",
        f"{name}.fill({value_text})",
        f"{name}[::2] {sign}= {text if rank == value else name + '[::2]'}",
        f"np.add({name}, {name}, out={name})",
        f"{name}[:2], {name}[-2:] = {name}[-2:].copy(), {name}[:2].copy()",
    ]
    if rank in ("real", "complex"):
        forms += [f"{name} /= 2", f"{name} *= {text}", f"{name} -= {name}.mean()", f"np.sqrt({name}, {name})"]
    if rank in ORDERED:
        forms += [f"{name}[{name} > 1] = {value_text}", f"{name}[{name} < 0] {sign}= {name}[0]", f"{name}.sort()"]
    s.emit(indent, s.choice.pick(forms))


def selection(s: Statements, scope: Scope, indent: int) -> None:
    """``w = a[mask]`` and the like."""
    source = s.choice.pick(scope.names(ArrayOf))
    kind = _array(scope, source)
    name = s.choice.pick(("w", "v"))
    if name in scope.fixed:
        return
    condition = f"{source} > 0" if rank_of(kind.dtype) in ORDERED else f"{source} != 0"
    options = [
        (f"{source}[{condition}]", 1),
        (f"{source}[[0, -1, 0]]", kind.ndim),
        (f"{source}[np.arange(len({source}))[::-1]]", kind.ndim),
        (f"np.take({source}, [0, 1], axis=0, mode='clip')", kind.ndim),
        (f"{source}[np.array([True] * len({source}))]", kind.ndim),
        (f"{source}[:, [0]]" if kind.ndim == 2 else f"{source}[[[0], [-1]]]", 2),
        (f"np.compress({condition}, {source})" if kind.ndim == 1 else f"{source}[[0], [-1]]", 1),
    ]
    text, ndim = s.choice.pick(options)
    s.emit(indent, f"{name} = {text}")
    scope.assign(name, ArrayOf(kind.dtype, ndim))


def reduction(s: Statements, scope: Scope, indent: int) -> None:
    """``x = a.sum()`` and the like."""
    source = s.choice.pick(scope.names(ArrayOf))
    text, kind = array_expression(s, scope, source, 1)
    rank = rank_of(kind.dtype)
    options: list[tuple[str, Rank]] = [
        (f"{text}.sum()", highest(rank, "int")),
        (f"np.prod({text}[:2])", highest(rank, "int")),
        (f"np.any({text})", "bool"),
        (f"{text}.all()", "bool"),
        (f"np.count_nonzero({text})", "int"),
        (f"{text}.mean()", highest(rank, "real")),
        (f"np.sum({text}, dtype=np.complex128)", "complex"),
        (f"sum({text}.ravel())", highest(rank, "int")),
    ]
    if rank in ORDERED:
        options += [
            (f"{text}.max()", rank),
            (f"np.min({text}, initial=1)", rank),
            (f"np.argmax({text})", "int"),
            (f"int(np.argmin({text}))", "int"),
            (f"max({text}.ravel())", rank),
            (f"np.var({text})", "real"),
        ]
    if kind.ndim == 1:
        other = rank_of(_array(scope, source).dtype)
        options += [(f"{text} @ {text}", rank), (f"np.dot({text}, {source})", highest(rank, other))]
    value, out = s.choice.pick(options)
    name = s.target(scope)
    s.emit(indent, f"{name} = {value}")
    scope.assign(name, Number(out))


def _array(scope: Scope, name: str) -> ArrayOf:
    kind = scope.sure[name]
    assert isinstance(kind, ArrayOf)
    return kind


STATEMENTS = (whole_array, whole_array, change_array, change_array, selection, reduction)
