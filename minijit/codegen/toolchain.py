"""LLVM itself: parsing, optimising, object code, assembly. The only thing here that costs milliseconds.

llvmlite is imported by the first compilation. One lock is held around whole compilations: LLVM's options are global to
the process, and one of them is set for a moment here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from minijit.errors import InternalError

if TYPE_CHECKING:
    import llvmlite.binding as llvm

LOCK: Final = threading.RLock()

if hasattr(os, "register_at_fork"):
    # A thread that compiled when the process forked does not exist in the child.
    os.register_at_fork(after_in_child=LOCK._at_fork_reinit)  # type: ignore[attr-defined]

KERNEL: Final = 2
"""Level of kernels: O2 and the loop vectoriser."""
WRAPPER: Final = 0
"""Level of call wrappers: no passes, fast instruction selection (1.5 ms instead of 9, and a call 5 ns slower)."""

STRIDED: Final = "!minijit.strided = !{}"
"""Stands in the text of a module with loops of the program over arrays that may have gaps."""


class Emitted(NamedTuple):
    """Object code, and whether LLVM vectorised a loop in it."""

    object: bytes
    vectorised: bool


@cache
def binding() -> Any:
    """``llvmlite.binding``, initialised for this machine."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    llvm.initialize_native_asmparser()
    # Sums of floats in the written order, too: their terms are computed side by side and added one after the other.
    llvm.set_option("minijit", "-force-ordered-reductions=true")
    return llvm


@cache
def target_machine(level: int) -> llvm.TargetMachine:
    """The host, with all that its CPU can do; `level` is that of instruction selection."""
    llvm = binding()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=level,
        codemodel="jitdefault",
        jit=True,
    )


@cache
def _layout() -> tuple[str, str]:
    return binding().Target.from_default_triple().triple, str(target_machine(KERNEL).target_data)


@contextmanager
def _optimised(text: str, level: int) -> Iterator[Any]:
    """Parse and optimise; the module lives in an LLVM context of its own, which goes with it."""
    llvm = binding()
    with LOCK, llvm.create_context() as context:
        module = _parsed(text, context)
        with module:
            module.triple, module.data_layout = _layout()
            if level:
                _optimise(module, level)
            yield module


def _optimise(module: Any, level: int) -> None:
    """Run LLVM's passes. A function of its own, so that the pass manager is gone before the module is."""
    llvm = binding()
    tuning = llvm.create_pipeline_tuning_options(speed_level=level)
    tuning.loop_vectorization = tuning.loop_interleaving = True
    # Measured: neither gains anything on loops, and both cost compile time.
    tuning.slp_vectorization = tuning.loop_unrolling = False
    builder = llvm.create_pass_builder(target_machine(level), tuning)
    builder.getModulePassManager().run(module, builder)


def _parsed(text: str, context: Any) -> Any:
    try:
        module = binding().parse_assembly(text, context)
    except RuntimeError as error:
        raise _refused(text, error) from None
    try:
        module.verify()
    except RuntimeError as error:
        module.close()
        raise _refused(text, error) from None
    return module


def _refused(text: str, error: RuntimeError) -> InternalError:
    return InternalError(f"LLVM does not take the generated code: {error}\n{_excerpt(text, str(error))}")


def _excerpt(text: str, message: str) -> str:
    """The line that LLVM's message names, with its neighbours."""
    for piece in message.split(":"):
        if piece.strip().isdigit():
            number = int(piece)
            lines = text.split("\n")
            return "\n".join(f"{n + 1}: {lines[n]}" for n in range(max(0, number - 3), min(len(lines), number + 2)))
    return ""


def _is_vectorised(module: Any) -> bool:
    """Whether LLVM has made a vector form of a loop (looking for it in the text takes ten times as long)."""
    return any(block.name.startswith("vector.body") for function in module.functions for block in function.blocks)


@contextmanager
def _without_lsr(text: str, vectorised: bool) -> Iterator[None]:
    """Loop strength reduction takes most of code generation's time and gains nothing on vectorised loops.

    It does gain on loops over arrays with gaps: what LLVM vectorises of them is a copy for arrays without.
    """
    llvm = binding()
    spared = vectorised and STRIDED not in text
    if spared:
        llvm.set_option("minijit", "-disable-lsr=true")
    try:
        yield
    finally:
        if spared:
            llvm.set_option("minijit", "-disable-lsr=false")


def optimise_and_emit(text: str, level: int = KERNEL) -> Emitted:
    """Compile a module.

    Parameters
    ----------
    text : str
        LLVM text, as :func:`minijit.codegen.emit.emit_unit` makes it.
    level : int
        :data:`KERNEL` or :data:`WRAPPER`.

    Raises
    ------
    InternalError
        When LLVM rejects the text, with LLVM's words and the lines in question.
    """
    with _optimised(text, level) as module:
        vectorised = level > 0 and _is_vectorised(module)
        with _without_lsr(text, vectorised):
            return Emitted(target_machine(level).emit_object(module), vectorised)


def optimised_text(text: str, level: int = KERNEL) -> str:
    """The module after LLVM's passes, for inspection."""
    with _optimised(text, level) as module:
        return str(module)


def assembly(text: str, level: int = KERNEL) -> str:
    """The machine code that :func:`optimise_and_emit` makes, as assembly."""
    with _optimised(text, level) as module, _without_lsr(text, level > 0 and _is_vectorised(module)):
        return str(target_machine(level).emit_assembly(module))


def target_description() -> str:
    """What the generated code depends on: LLVM's version, triple, CPU and features (part of cache keys)."""
    llvm = binding()
    version = ".".join(map(str, llvm.llvm_version_info))
    return f"{version} {_layout()[0]} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
