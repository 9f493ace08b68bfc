"""From facts to the stage "typed": a copy of the function in which values have types and operations are bound.

Blocks that can't be reached are gone, branches whose condition is known are jumps, and what follows an operation that
never gives a result is cut off.
"""

from __future__ import annotations

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.nodes import UNKNOWN, Block, Edge, Function, Instr, Param, Terminator, Value
from minijit.library.targets import Binding, FunctionTarget
from minijit.typeinfer.attempts import classes_of
from minijit.typeinfer.inference import Inference
from minijit.typeinfer.program import Instance


def typed_function(inference: Inference) -> Function:
    """The function of `inference` at the stage "typed".

    Instructions carry ``attrs["binding"]`` (see :mod:`minijit.library.targets`) where they are bound to something, and
    ``attrs["object"]`` where they are a name of the program.
    """
    return _Copy(inference).function


def typed_functions(entry: Instance) -> dict[Instance, Function]:
    """The functions of `entry` and of all instances that it calls, `entry` first.

    Instances that were only looked at for types that a call turned out not to have are left out.
    """
    functions: dict[Instance, Function] = {}
    todo = [entry]
    while todo:
        instance = todo.pop()
        if instance in functions:
            continue
        function = functions[instance] = typed_function(instance.inference)
        for block in function.blocks:
            for instr in block.instrs:
                binding = instr.attrs.get("binding")
                if isinstance(binding, Binding):
                    targets = [case.target for case in binding.cases]
                    todo += [target.instance for target in targets if isinstance(target, FunctionTarget)]
    return functions


class _Copy:
    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        source = inference.source
        self.function = Function(source.name, source.filename, source.span, "typed")
        self.function.attrs = dict(source.attrs)
        self.values: dict[Value, Value] = {}
        self.blocks: dict[Block, Block] = {}
        reached = {edge.block for edge in inference.edges} | {source.blocks[0]}
        order = [block for block in source.blocks if block in reached]
        for block in order:
            self._start(block)
        for block in order:
            self._fill(block)
        for block in order:
            self._end(block)

    def _start(self, block: Block) -> None:
        copy = Block(block.label)
        copy.attrs = dict(block.attrs)
        for param in block.params:
            fact = self.inference.fact(param)
            new = Param(copy, param.name, fact.type, param.span)
            new.const = fact.const
            copy.params.append(new)
            self.values[param] = new
        self.blocks[block] = copy
        self.function.blocks.append(copy)

    def _fill(self, block: Block) -> None:
        inference, copy = self.inference, self.blocks[block]
        for instr in block.instrs:
            if instr not in inference.facts:
                break
            fact = inference.facts[instr]
            attrs = dict(instr.attrs)
            if instr in inference.bindings:
                attrs["binding"] = inference.bindings[instr]
            if instr in inference.objects:
                attrs["object"] = inference.objects[instr]
            new = Instr(instr.op, [self.values[arg] for arg in instr.args], attrs, fact.type, instr.span, fact.const)
            copy.instrs.append(new)
            self.values[instr] = new
            if isinstance(fact.type, t.Never):
                break

    def _end(self, block: Block) -> None:
        copy, terminator = self.blocks[block], block.terminator
        assert terminator is not None
        complete = len(copy.instrs) == len(block.instrs)
        last = copy.instrs[-1] if copy.instrs else None
        if terminator.op == "attempt" and complete:
            self._end_attempt(block, copy, terminator)
            return
        if not complete or (last is not None and isinstance(last.type, t.Never)):
            # The last operation never gives a result: it raises, or calls something that does.
            span = last.span if last is not None else terminator.span
            copy.terminator = Terminator("raise", [], [], span, {"unreachable": True})
            return
        taken = [edge for edge in terminator.edges if edge in self.inference.edges]
        args = [self.values[arg] for arg in terminator.args]
        edges = [Edge(self.blocks[edge.block], [self.values[arg] for arg in edge.args]) for edge in taken]
        op = terminator.op
        if op == "branch" and len(taken) == 1 and self.inference.fact(terminator.args[0]).const is not UNKNOWN:
            op, args = "jump", []
        copy.terminator = Terminator(op, args, edges, terminator.span, dict(terminator.attrs))

    def _end_attempt(self, block: Block, copy: Block, terminator: Terminator) -> None:
        """An attempt with the ways that can be taken; a jump where nothing can fail."""
        taken = [edge for edge in terminator.edges if edge in self.inference.edges]
        edges = [Edge(self.blocks[edge.block], [self.values[arg] for arg in edge.args]) for edge in taken]
        always = bool(copy.instrs) and isinstance(copy.instrs[-1].type, t.Never)
        if len(taken) == 1 and not always:
            copy.terminator = Terminator("jump", [], edges, terminator.span)
            return
        try:
            classes = classes_of(self.inference, terminator)
        except Unsupported as error:
            raise error.at(terminator.span, self.function.filename) from None
        copy.terminator = Terminator("attempt", [], edges, terminator.span, {"classes": classes})
