"""What the pipeline hands to the dispatcher: one function compiled for one row of argument types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType
from typing import TYPE_CHECKING, Protocol

from minijit import types as t
from minijit.ir.unit import Unit
from minijit.options import Options

if TYPE_CHECKING:
    from minijit.codegen.late_code import LateCode
    from minijit.remarks import LoopReport


@dataclass(slots=True)
class Compiled:
    """Linked native code and what goes with it.

    Attributes
    ----------
    unit : Unit
        Its sites, constants and guards are what the dispatcher puts into the record and into tracebacks.
    argument_types, result : Type
        The signature.
    entry : int
        The address of ``mj_call``, a vectorcall function.
    slow : int
        The address of ``mj_slow``, the vectorcall function that ends every chain of specialisations.
    late : LateCode
        The parts that are compiled when first entered; it keeps the linked library alive.
    timings : dict
        Seconds by pass or step, in the order of execution.
    stages : tuple of str
        What `text_of` can show, in order: IR stages and passes, ``"llvm"``, ``"llvm optimised"``, ``"asm"``.
    text_of : callable
        ``text_of(stage) -> str``; the pipeline may run again to make the text. ``"remarks"`` in place of a stage gives
        the decisions worth telling, one on each line.
    reports : callable
        What became of each loop; the pipeline runs again for it.
    """

    unit: Unit
    argument_types: tuple[t.Type, ...]
    result: t.Type
    entry: int
    slow: int
    late: LateCode
    timings: dict[str, float] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    text_of: Callable[[str], str] = str
    reports: Callable[[], list[LoopReport]] = list


class Compiler(Protocol):
    """The one function of the pipeline that the dispatcher calls: ``pipeline.compile_function``."""

    def __call__(
        self,
        function: FunctionType,
        parameters: tuple[str, ...],
        argument_types: tuple[t.Type, ...],
        options: Options,
        record: int,
    ) -> Compiled:
        """Compile `function` for one row of argument types and link it.

        Parameters
        ----------
        function : function
            The user's.
        parameters : tuple of str
            The names of all its parameters, in the order of the native arguments: positional ones, ``*args`` (as one
            tuple), keyword-only ones.
        argument_types : tuple of Type
            One type for each parameter.
        options : Options
            What the decorator was given.
        record : int
            The address of the specialisation's record, for the symbol ``mj_record``. Its words are filled in after
            linking.

        Raises
        ------
        Unsupported
            When native code does not take the function; with ``always`` set when no other arguments could help.
        """
        ...
