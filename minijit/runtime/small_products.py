"""Products of small matrices and vectors, with the bits of the BLAS that NumPy has loaded, as LLVM text.

A call of BLAS takes longer than the arithmetic of a product of two 3 x 3 matrices. For such sizes the order in which a
BLAS adds up terms, and which of them it fuses, is simple, but it is another one for matrices, vectors and single sums,
and on other processors. So there is code here for the orders that are usual, and a trial in each process says which of
it gives NumPy's bits (:mod:`minijit.runtime.small_product_trial`). Only that is used; all else goes to NumPy's loop.

The functions have the signature of the loop they stand for (:mod:`minijit.ufunc_loops`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

SMALL: Final = range(2, 5)
"""Lengths of matrices that are multiplied here."""
SHORT: Final = range(2, 4)
"""Lengths of vectors that matrices are multiplied with here."""
MOST_TERMS: Final = 8
"""Up to so many terms, sums of products of two vectors are computed here."""

ORDERS: Final[dict[int, Callable[[Sequence[int]], list[tuple[int, bool]]]]] = {
    1: lambda terms: [(term, False) for term in terms],
    2: lambda terms: [(term, True) for term in (1, 0, *terms[2:])],
    3: lambda terms: [(term, True) for term in terms],
}
"""How a row of a matrix times a vector may be added up: the terms in turn, and whether each is fused with the sum."""

_SYMBOL: Final = re.compile(r"mj_small_matmul_([df])")
_TYPES: Final = {"d": "double", "f": "float"}
GEMM, DOT, DOT_WITH_STEPS, BY_ROWS, BY_COLUMNS = range(5)
CHOICES: Final = 5


def choices_of(symbol: str) -> str:
    """The bytes that say which code is used; all are 0 at first."""
    return f"{symbol}_choices"


def small_product_text(symbol: str) -> str | None:
    """The module with such a function; ``None`` for any other symbol."""
    found = _SYMBOL.fullmatch(symbol)
    return None if found is None else _Text(symbol, found[1]).whole()


class _Text:
    """Writes one module."""

    def __init__(self, symbol: str, char: str) -> None:
        self.symbol, self.char, self.type = symbol, char, _TYPES[char]
        self.size = np.dtype(char).itemsize
        self.lines: list[str] = []
        self.names = 0

    def add(self, text: str) -> str:
        """Append an instruction that gives a value, and name that."""
        self.names += 1
        self.lines.append(f"  %v{self.names} = {text}")
        return f"%v{self.names}"

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")

    def end(self, text: str) -> None:
        self.lines.append(f"  {text}")

    def whole(self) -> str:
        self._entry()
        self._dot()
        self._gemv()
        self._gemm()
        ty, char = self.type, self.char
        loop = f'@"mj_loop_matmul_{char}{char}->{char}"'
        kinds = [(n, f"<{n} x {ty}>") for n in SMALL]
        vectors = "\n".join(f"declare {one} @llvm.fma.v{n}f{8 * self.size}({one}, {one}, {one})" for n, one in kinds)
        return f"""
@{choices_of(self.symbol)} = global [{CHOICES} x i8] zeroinitializer
declare void {loop}(ptr, ptr, ptr, ptr)
declare {ty} @llvm.fma.f{8 * self.size}({ty}, {ty}, {ty})
{vectors}

define void @{self.symbol}(ptr %args, ptr %dims, ptr %steps, ptr %data) nounwind {{
{chr(10).join(self.lines)}
other:
  tail call void {loop}(ptr %args, ptr %dims, ptr %steps, ptr %data)
  ret void
done:
  ret void
}}

!0 = distinct !{{!0, !1, !2}}
!1 = !{{!"llvm.loop.vectorize.enable", i1 false}}
!2 = !{{!"llvm.loop.unroll.disable"}}
"""

    # ---- pieces

    def _word(self, base: str, index: int, type: str = "i64") -> str:
        return self.add(f"load {type}, ptr {self.add(f'getelementptr i8, ptr {base}, i64 {8 * index}')}")

    def _choice(self, index: int) -> str:
        return self.add(f"load i8, ptr getelementptr (i8, ptr @{choices_of(self.symbol)}, i64 {index})")

    def _all(self, *conditions: str) -> str:
        found = conditions[0]
        for one in conditions[1:]:
            found = self.add(f"and i1 {found}, {one}")
        return found

    def _either(self, one: str, other: str) -> str:
        return self.add(f"or i1 {one}, {other}")

    def _is(self, predicate: str, x: str, y: str | int, type: str = "i64") -> str:
        return self.add(f"icmp {predicate} {type} {x}, {y}")

    def _within(self, x: str, lengths: range) -> str:
        return self._is("ult", self.add(f"sub i64 {x}, {lengths.start}"), len(lengths))

    def _branch(self, condition: str, then: str, otherwise: str) -> None:
        self.end(f"br i1 {condition}, label %{then}, label %{otherwise}")

    def _again(self, condition: str, loop: str, otherwise: str) -> None:
        """The end of a loop of so few turns that it need not be vectorised."""
        self.end(f"br i1 {condition}, label %{loop}, label %{otherwise}, !llvm.loop !0")

    def _at(self, pointer: str, index: str | int, step: str) -> str:
        offset = step if index == 1 else self.add(f"mul i64 {index}, {step}")
        return pointer if index == 0 else self.add(f"getelementptr i8, ptr {pointer}, i64 {offset}")

    def _load(self, pointer: str) -> str:
        return self.add(f"load {self.type}, ptr {pointer}, align {self.size}")

    def _add(self, x: str, y: str) -> str:
        return self.add(f"fadd {self.type} {x}, {y}")

    def _times(self, x: str, y: str) -> str:
        return self.add(f"fmul {self.type} {x}, {y}")

    def _fma(self, x: str, y: str, z: str) -> str:
        ty = self.type
        return self.add(f"call {ty} @llvm.fma.f{8 * self.size}({ty} {x}, {ty} {y}, {ty} {z})")

    # ---- code

    def _entry(self) -> None:
        """For each two matrices: what kind of product is it?"""
        self.label("entry")
        self.end(f"%turned = alloca [{SMALL[-1] ** 2} x {self.type}], align 16")
        self.end("%places = alloca [3 x ptr]")
        self.end("%lengths = alloca [4 x i64]")
        count, *lengths = (self._word("%dims", k) for k in range(4))
        self.m, self.k, self.p = lengths
        self.a, self.b, self.c = (self._word("%args", k, "ptr") for k in range(3))
        self.am, self.ak, self.bk, self.bp, self.cm, self.cp = (self._word("%steps", k) for k in range(3, 9))
        self._branch(self._is("eq", count, 1), "single", "stack")
        self._stack(count)
        self.label("single")
        one_row, one_column = self._is("eq", self.m, 1), self._is("eq", self.p, 1)
        self._branch(self._all(one_row, one_column), "dot", "no.dot")
        self.label("no.dot")
        with_vector = self._all(self._either(one_row, one_column), self._within(self.k, SHORT))
        self._branch(with_vector, "gemv", "no.gemv")
        self.label("no.gemv")
        small = [self._within(one, SMALL) for one in (self.m, self.k, self.p)]
        self._branch(self._all(*small, self._is("ne", self._choice(GEMM), 0, "i8")), "gemm", "other")

    def _stack(self, count: str) -> None:
        """Several pairs of small matrices, one after the other."""
        self.label("stack")
        small = [self._is("ult", one, SMALL.stop) for one in (self.m, self.k, self.p)]
        self._branch(self._all(*small, self._is("sgt", count, 0)), "stack.start", "other")
        self.label("stack.start")
        between = [self._word("%steps", k) for k in range(3)]
        for position, length in enumerate(("1", self.m, self.k, self.p)):
            self.end(f"store i64 {length}, ptr {self._at('%lengths', position, '8')}")
        self.end("br label %stack.turn")
        self.label("stack.turn")
        self.end("%number = phi i64 [ 0, %stack.start ], [ %number.next, %stack.turn ]")
        for position, (start, step) in enumerate(zip((self.a, self.b, self.c), between, strict=True)):
            self.end(f"store ptr {self._at(start, '%number', step)}, ptr {self._at('%places', position, '8')}")
        self.end(f"call void @{self.symbol}(ptr %places, ptr %lengths, ptr %steps, ptr null)")
        self.end("%number.next = add i64 %number, 1")
        self._branch(self._is("slt", "%number.next", count), "stack.turn", "done")

    def _dot(self) -> None:
        """The sum of the products of two vectors, one after the other, in double precision."""
        self.label("dot")
        together = self._all(self._is("eq", self.ak, self.size), self._is("eq", self.bk, self.size))
        short = self._is("ult", self.k, SHORT.stop)
        few = self._all(self._is("ule", self.k, MOST_TERMS), self._is("ne", self._choice(DOT), 0, "i8"), together)
        stepwise = self._all(short, self._is("ne", self._choice(DOT_WITH_STEPS), 0, "i8"))
        self._branch(self._either(few, stepwise), "dot.loop", "other")
        self.label("dot.loop")
        self.end("%i = phi i64 [ 0, %dot ], [ %i.next, %dot.turn ]")
        self.end("%sum = phi double [ 0.0, %dot ], [ %sum.next, %dot.turn ]")
        self._branch(self._is("slt", "%i", self.k), "dot.turn", "dot.end")
        self.label("dot.turn")
        x, y = (self._load(self._at(one, "%i", step)) for one, step in ((self.a, self.ak), (self.b, self.bk)))
        term = self._times(x, y)
        wide = term if self.type == "double" else self.add(f"fpext float {term} to double")
        self.end(f"%sum.next = fadd double %sum, {wide}")
        self.end("%i.next = add i64 %i, 1")
        self.end("br label %dot.loop, !llvm.loop !0")
        self.label("dot.end")
        found = "%sum" if self.type == "double" else self.add("fptrunc double %sum to float")
        self.end(f"store {self.type} {found}, ptr {self.c}, align {self.size}")
        self.end("br label %done")

    def _gemv(self) -> None:
        """A matrix times a vector, or a vector times a matrix: the sums along the rows or columns of the matrix."""
        self.label("gemv")
        left = self._is("eq", self.p, 1)

        def chosen(type: str, x: str, y: str) -> str:
            return self.add(f"select i1 {left}, {type} {x}, {type} {y}")

        matrix, vector = chosen("ptr", self.a, self.b), chosen("ptr", self.b, self.a)
        rows, down = chosen("i64", self.m, self.p), chosen("i64", self.am, self.bp)
        right = chosen("i64", self.ak, self.bk)
        along, out = chosen("i64", self.bk, self.ak), chosen("i64", self.cm, self.cp)
        plain = self._all(*(self._is("eq", step, self.size) for step in (along, out)), self._within(rows, SMALL))
        by_rows, by_columns = self._orientations(down, right, rows, self.k)
        order = self.add(
            f"select i1 {by_rows}, i8 {self._choice(BY_ROWS)}, i8 {self._choice(BY_COLUMNS)}"
        )
        self._branch(self._all(plain, self._either(by_rows, by_columns)), "gemv.order", "other")
        self.label("gemv.order")
        long = self._is("eq", self.k, SHORT[-1])
        key = self.add(f"or i8 {self.add(f'shl i8 {order}, 1')}, {self.add(f'zext i1 {long} to i8')}")
        cases = [(2 * order + (terms - SHORT[0]), order, terms) for order in ORDERS for terms in SHORT]
        self.end(f"switch i8 {key}, label %other [" + " ".join(f"i8 {k}, label %gemv.{k}" for k, *_ in cases) + "]")
        for number, which, terms in cases:
            self.label(f"gemv.{number}")
            xs = [self._load(self._at(vector, k, str(self.size))) for k in range(terms)]
            loop = f"gemv.{number}.loop"
            self.end(f"br label %{loop}")
            self.label(loop)
            self.end(f"%row{number} = phi i64 [ 0, %gemv.{number} ], [ %row{number}.next, %{loop} ]")
            start = self._at(matrix, f"%row{number}", down)
            total = ""
            for term, fused in ORDERS[which](range(terms)):
                element = self._load(self._at(start, term, right))
                if not total:
                    total = self._times(element, xs[term])
                elif fused:
                    total = self._fma(element, xs[term], total)
                else:
                    total = self._add(total, self._times(element, xs[term]))
            # BLAS adds the sums to a row of zeros.
            total = self._add(total, "0.0")
            place = self._at(self.c, f"%row{number}", str(self.size))
            self.end(f"store {self.type} {total}, ptr {place}, align {self.size}")
            self.end(f"%row{number}.next = add i64 %row{number}, 1")
            self._again(self._is("slt", f"%row{number}.next", rows), loop, "done")

    def _orientations(self, down: str, right: str, rows: str, columns: str) -> tuple[str, str]:
        """Whether BLAS takes a matrix as one of rows, or of columns."""
        found = []
        for step, other, length in ((right, down, columns), (down, right, rows)):
            room = self._is("sge", other, self.add(f"mul i64 {length}, {self.size}"))
            whole = self._is("eq", self.add(f"and i64 {other}, {self.size - 1}"), 0)
            found.append(self._all(self._is("eq", step, self.size), room, whole))
        return found[0], found[1]

    def _gemm(self) -> None:
        """Rows of the result, each the sum of rows of the second matrix; every term is fused with the sum."""
        self.label("gemm")
        first = self._either(*self._orientations(self.am, self.ak, self.m, self.k))
        second = self._either(*self._orientations(self.bk, self.bp, self.k, self.p))
        result, _ = self._orientations(self.cm, self.cp, self.m, self.p)
        # BLAS has another routine for a matrix times its own transpose.
        fine = self._all(first, second, result, self._is("ne", self.a, self.b, "ptr"))
        self._branch(fine, "gemm.sizes", "other")
        self.label("gemm.sizes")
        self._branch(self._is("eq", self.bp, self.size), "gemm.plain", "gemm.turn")
        self._turn()
        self.label("gemm.plain")
        self.rows = self.add(f"phi ptr [ {self.b}, %gemm.sizes ], [ %turned, %gemm.turn.column ]")
        self.row_step = self.add(f"phi i64 [ {self.bk}, %gemm.sizes ], [ {self.turned_step}, %gemm.turn.column ]")
        cases = " ".join(f"i64 {p}, label %gemm.{p}" for p in SMALL)
        self.end(f"switch i64 {self.p}, label %other [{cases}]")
        for p in SMALL:
            self._gemm_of(p)

    def _turn(self) -> None:
        """Copy the second matrix, so that its rows are rows in memory."""
        self.label("gemm.turn")
        self.turned_step = self.add(f"mul i64 {self.p}, {self.size}")
        self.end("br label %gemm.turn.row")
        self.label("gemm.turn.row")
        self.end("%row = phi i64 [ 0, %gemm.turn ], [ %row.next, %gemm.turn.column ]")
        start, target = self._at(self.b, "%row", self.bk), self._at("%turned", "%row", self.turned_step)
        self.end("%row.next = add i64 %row, 1")
        self.end("br label %gemm.turn.element")
        self.label("gemm.turn.element")
        self.end("%column = phi i64 [ 0, %gemm.turn.row ], [ %column.next, %gemm.turn.element ]")
        element, place = self._load(self._at(start, "%column", self.bp)), self._at(target, "%column", str(self.size))
        self.end(f"store {self.type} {element}, ptr {place}, align {self.size}")
        self.end("%column.next = add i64 %column, 1")
        self._again(self._is("slt", "%column.next", self.p), "gemm.turn.element", "gemm.turn.column")
        self.label("gemm.turn.column")
        self._again(self._is("slt", "%row.next", self.k), "gemm.turn.row", "gemm.plain")

    def _gemm_of(self, columns: int) -> None:
        name, vector = f"gemm.{columns}", f"<{columns} x {self.type}>"
        self.label(name)
        self.end(f"br label %{name}.row")
        self.label(f"{name}.row")
        row, term, total = (f"%{word}.{columns}" for word in ("i", "j", "total"))
        self.end(f"{row} = phi i64 [ 0, %{name} ], [ {row}.next, %{name}.end ]")
        start, target = self._at(self.a, row, self.am), self._at(self.c, row, self.cm)
        self.end(f"br label %{name}.term")
        self.label(f"{name}.term")
        self.end(f"{term} = phi i64 [ 0, %{name}.row ], [ {term}.next, %{name}.term ]")
        self.end(f"{total} = phi {vector} [ zeroinitializer, %{name}.row ], [ {total}.next, %{name}.term ]")
        element = self._load(self._at(start, term, self.ak))
        other = self.add(f"load {vector}, ptr {self._at(self.rows, term, self.row_step)}, align {self.size}")
        one = self.add(f"insertelement {vector} poison, {self.type} {element}, i32 0")
        each = self.add(f"shufflevector {vector} {one}, {vector} poison, <{columns} x i32> zeroinitializer")
        call = f"@llvm.fma.v{columns}f{8 * self.size}({vector} {each}, {vector} {other}, {vector} {total})"
        self.end(f"{total}.next = call {vector} {call}")
        self.end(f"{term}.next = add i64 {term}, 1")
        self._again(self._is("slt", f"{term}.next", self.k), f"{name}.term", f"{name}.end")
        self.label(f"{name}.end")
        self.end(f"store {vector} {total}.next, ptr {target}, align {self.size}")
        self.end(f"{row}.next = add i64 {row}, 1")
        self._again(self._is("slt", f"{row}.next", self.m), f"{name}.row", "done")
