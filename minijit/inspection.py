"""Looking inside a decorated function: what was compiled, how, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minijit import types as t

if TYPE_CHECKING:
    from minijit.dispatcher import Dispatcher
    from minijit.lifted_loops import LoopRunner
    from minijit.remarks import LoopReport
    from minijit.specialisation import Specialisation


def stats_of(dispatcher: Dispatcher) -> dict[str, int | float]:
    """See :attr:`minijit.dispatcher.Dispatcher.stats`."""
    specialiser = dispatcher._start()
    made = specialiser.specialisations
    return {
        "signatures": len(dispatcher.signatures),
        "specialisations": len(made),
        "compilations": specialiser.compilations,
        "compile_ms": round(specialiser.compile_seconds * 1e3, 3),
        "fallbacks": len(specialiser.reporter.reasons),
        "bailouts": sum(one.exits.bailouts for one in made) + specialiser.big_ints,
    }


def compile_like(dispatcher: Dispatcher, args: tuple[Any, ...], keywords: dict[str, Any]) -> Specialisation | None:
    """Compile for arguments like these; ``None`` when the interpreter would run the call.

    Raises
    ------
    TypeError
        When the function can't be called with them.
    """
    specialiser = dispatcher._start()
    row = specialiser.parameters.bind(args, keywords)
    if row is None:
        if not specialiser.parameters.varkeywords:
            import inspect

            inspect.signature(dispatcher.py_func).bind(*args, **keywords)
        return None
    return specialiser.compile_for(row)


def title_of(one: Specialisation, name: str) -> str:
    """A signature as a person reads it: ``f(float64[::1], int) -> float``."""
    return f"{name}({', '.join(map(str, one.argument_types))}) -> {one.compiled.result}"


def show_stage(dispatcher: Dispatcher, stage: str, signature: tuple[t.Type, ...] | None) -> str:
    """The text of a stage, for one signature or for all."""
    chosen = _chosen(dispatcher, signature)
    texts = []
    for one in chosen:
        title = title_of(one, dispatcher.py_func.__qualname__)
        for name in _stages(one, stage):
            texts.append(f"; ==== {title}, {name}\n{one.compiled.text_of(name).rstrip()}\n")
    return "\n".join(texts)


def reports_of(dispatcher: Dispatcher, signature: tuple[t.Type, ...] | None) -> list[LoopReport]:
    """See :meth:`minijit.dispatcher.Dispatcher.loop_reports`."""
    return [report for one in _chosen(dispatcher, signature) for report in one.compiled.reports()]


def _stages(one: Specialisation, stage: str) -> tuple[str, ...]:
    known = one.compiled.stages
    if stage == "all":
        return known
    if stage not in known:
        raise ValueError(f"there is no stage or pass {stage!r}; there are {', '.join(map(repr, known))}")
    return (stage,)


def _chosen(dispatcher: Dispatcher, signature: tuple[t.Type, ...] | None) -> list[Specialisation]:
    specialiser = dispatcher._start()
    name = dispatcher.py_func.__qualname__
    if signature is None:
        if not specialiser.specialisations:
            why = f": {specialiser.reporter.reasons[0]}" if specialiser.reporter.reasons else "; call it first"
            raise ValueError(f"{name} has no native code{why}")
        return list(specialiser.specialisations)
    for one in reversed(specialiser.specialisations):
        if one.argument_types == tuple(signature):
            return [one]
    made = specialiser.specialisation(tuple(signature))
    if made is None:
        raise ValueError(f"{name} can't be compiled for ({', '.join(map(str, signature))})")
    return [made]


def explain(dispatcher: Dispatcher) -> str:
    """See :meth:`minijit.dispatcher.Dispatcher.explain`."""
    specialiser = dispatcher._start()
    name = dispatcher.py_func.__qualname__
    lines = []
    for one in specialiser.specialisations:
        lines.append(title_of(one, name))
        seconds = sum(one.compiled.timings.values())
        lines.append(f"    compiled in {seconds * 1e3:.1f} ms")
        if one.compiled.late.compiled:
            later = sum(one.compiled.late.compiled.values())
            count = len(one.compiled.late.compiled)
            lines.append(f"    {count} loops were entered with checks, which were compiled then ({later * 1e3:.1f} ms)")
        if one.compiled.unit.python_calls:
            lines.append(f"    {len(one.compiled.unit.python_calls)} calls into Python")
        if one.watched.guards:
            lines.append(f"    compiled again when one of these changes: {', '.join(_guarded_names(one))}")
        if one.exits.bailouts:
            lines.append(f"    {one.exits.bailouts} calls were given back to the interpreter (bail-outs)")
        lines.extend(f"    {remark}" for remark in one.compiled.text_of("remarks").splitlines())
    if specialiser.reporter.reasons:
        lines.append("in the interpreter:")
        for reason in specialiser.reporter.reasons:
            lines.extend(f"    {line}" for line in reason.splitlines())
        lines += _native_loops(specialiser.runner)
    if not lines:
        lines.append(f"{name} has not been called yet")
    return "\n".join(lines)


def _native_loops(runner: LoopRunner | None) -> list[str]:
    """The loops of a function in the interpreter that have native code, those within others included."""
    lines = []
    for line, loop in runner.loops.items() if runner is not None else ():
        specialiser = loop._start()
        for one in specialiser.specialisations:
            lines.append(f"    its loop in line {line} runs natively: {title_of(one, '...')}")
            lines.extend(f"        {remark}" for remark in one.compiled.text_of("remarks").splitlines())
        lines += _native_loops(specialiser.runner)
    return lines


def _guarded_names(one: Specialisation) -> list[str]:
    return list(dict.fromkeys(guard.name for guard in one.watched.guards if guard.kind != "builtin")) or ["builtins"]
