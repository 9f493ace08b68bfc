"""Loading object files without LLVM: the same code at other addresses, and what is left to LLVM."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence

import pytest

from minijit.codegen import link as linking
from minijit.codegen.elf import ObjectFile, is_elf, undefined_symbols
from minijit.codegen.link import link
from minijit.codegen.loader import load
from minijit.codegen.toolchain import KERNEL, WRAPPER, optimise_and_emit
from minijit.errors import InternalError

ONE = "define i64 @one() { ret i64 1 }\n"
TWO = "declare i64 @one()\ndefine i64 @two() { %a = call i64 @one()\n %b = add i64 %a, 1\n ret i64 %b }\n"
COUNTER = """
@count = internal global i64 5
@zeros = internal global [9 x i64] zeroinitializer, align 64
@big = internal constant [4 x double] [double 1.5, double 2.5, double 3.5, double 4.5], align 64
declare double @cosh(double)
define i64 @bump(i64 %by) {
  %old = load i64, ptr @count
  %new = add i64 %old, %by
  store i64 %new, ptr @count
  %place = getelementptr i64, ptr @zeros, i64 %by
  %zero = load i64, ptr %place
  %sum = add i64 %new, %zero
  ret i64 %sum
}
define double @pick(i64 %i) {
  %place = getelementptr double, ptr @big, i64 %i
  %x = load double, ptr %place
  %y = call double @cosh(double %x)
  ret double %y
}
define i64 @chosen(i64 %i) {
  switch i64 %i, label %rest [i64 0, label %a  i64 1, label %b  i64 2, label %c  i64 3, label %d  i64 4, label %e]
a:
  ret i64 71
b:
  ret i64 13
c:
  ret i64 99
d:
  %x = call i64 @bump(i64 1)
  ret i64 %x
e:
  ret i64 -4
rest:
  ret i64 0
}
"""
HERE = sys.platform == "linux" and os.uname().machine == "x86_64"


@pytest.fixture(params=["own", "llvm"])
def linker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways into the process."""
    if request.param == "llvm":
        monkeypatch.setattr(linking, "load", lambda files, imports: None)
    elif not HERE:
        pytest.skip("object files are loaded by LLVM on this machine")
    return str(request.param)


def call(address: int, result: type, *args: float) -> float:
    kinds = [ctypes.c_int64 if isinstance(arg, int) else ctypes.c_double for arg in args]
    return float(ctypes.CFUNCTYPE(result, *kinds)(address)(*args))


@pytest.mark.parametrize("level", [KERNEL, WRAPPER])
def test_code_constants_and_variables(linker: str, level: int) -> None:
    """Writable memory of its own for each library; jump tables; calls of the C library."""
    code = optimise_and_emit(COUNTER, level).object
    first, second = (link([code], ["bump", "pick", "chosen"]) for _ in range(2))
    assert call(first["bump"], ctypes.c_int64, 2) == 7
    assert call(first["bump"], ctypes.c_int64, 3) == 10
    assert call(second["bump"], ctypes.c_int64, 1) == 6
    assert [call(first["chosen"], ctypes.c_int64, k) for k in range(6)] == [71, 13, 99, 11, -4, 0]
    assert call(first["pick"], ctypes.c_double, 1) == pytest.approx(6.132289479663686, rel=1e-15)


def test_files_of_one_library_refer_to_each_other(linker: str) -> None:
    objects = [optimise_and_emit(TWO, WRAPPER).object, optimise_and_emit(ONE).object]
    assert call(link(objects, ["two"])["two"], ctypes.c_int64) == 2


def test_a_symbol_that_is_defined_twice(linker: str) -> None:
    code = optimise_and_emit(ONE).object
    with pytest.raises(InternalError, match=r"one|twice"):
        link([code, code], ["one"])


def test_a_missing_export(linker: str) -> None:
    with pytest.raises(InternalError, match="linking failed"):
        link([optimise_and_emit(ONE).object], ["three"])


@pytest.mark.skipif(not HERE, reason="object files are loaded by LLVM on this machine")
def test_code_cannot_be_written_to() -> None:
    address = link([optimise_and_emit(ONE).object], ["one"])["one"]
    with open("/proc/self/maps", encoding="ascii") as maps:
        spans = [line.split()[:2] for line in maps]
    holding = [mode for span, mode in spans if _holds(span, address)]
    assert holding == ["r-xp"]


def _holds(span: str, address: int) -> bool:
    start, _, end = span.partition("-")
    return int(start, 16) <= address < int(end, 16)


@pytest.mark.skipif(not HERE, reason="object files are loaded by LLVM on this machine")
@pytest.mark.parametrize(
    "text",
    [
        "@mine = thread_local global i64 3\ndefine i64 @f() { %x = load i64, ptr @mine\n ret i64 %x }\n",
        "@shared = common global i64 0\ndefine i64 @f() { %x = load i64, ptr @shared\n ret i64 %x }\n",
    ],
)
def test_what_is_left_to_llvm(text: str) -> None:
    assert loaded(optimise_and_emit(text).object) is None


def test_another_processor_s_code_is_left_to_llvm() -> None:
    code = bytearray(optimise_and_emit(ONE).object)
    if is_elf(bytes(code)):
        code[18] ^= 0xFF
        assert loaded(bytes(code)) is None


def loaded(code: bytes, imports: Sequence[tuple[str, int]] = ()) -> dict[str, int] | None:
    return load([ObjectFile(code)], dict(imports))


@pytest.mark.skipif(not HERE, reason="not the files of this machine")
def test_what_a_file_leaves_open() -> None:
    files = [ObjectFile(optimise_and_emit(text).object) for text in (TWO, ONE)]
    assert undefined_symbols(files) == set() and undefined_symbols(files[:1]) == {"one"}
