"""The cache on disk: found by other processes, never wrong, never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import minijit
from minijit import config
from minijit.__main__ import main
from minijit.codegen import disk_cache
from minijit.codegen.toolchain import KERNEL, WRAPPER

ROOT = Path(__file__).resolve().parent.parent
TEXT = "define i64 @one() { ret i64 1 }\n"

PROGRAM = """
import sys
import numpy as np
import minijit

TABLE, SCALE = np.arange(4.0), {scale}

@minijit.jit
def helper(x):
    return x * SCALE

@minijit.jit(cache={cache})
def f(a, n, mode="plain"):
    total = 0.0
    for i in range(len(a)):
        total += helper(a[i]) + TABLE[i % 4]
    found = [k * k for k in range(n)]
    if mode == "late":
        print(np.sort(a)[a[int(a[0])].astype(int) % 3:], total / n)
    return total, found, a.astype(np.float32) @ a, str(n)

print(f(np.arange(10.0), 3), f(np.arange(6), 2, "late"))
print(f.fallback_reasons, "llvmlite.binding" in sys.modules)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for this process and those that it starts."""
    monkeypatch.setattr(config, "cache", True)
    monkeypatch.setattr(config, "cache_folder", str(tmp_path / "cache"))
    monkeypatch.setenv("MINIJIT_CACHE", "1")
    monkeypatch.setenv("MINIJIT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that LLVM compiles."""
    texts: list[str] = []
    real = disk_cache.optimise_and_emit

    def noted(text: str, level: int = KERNEL) -> object:
        texts.append(text)
        return real(text, level)

    monkeypatch.setattr(disk_cache, "optimise_and_emit", noted)
    return texts


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("??/*"))


def run(script: Path) -> list[str]:
    path = os.pathsep.join([str(ROOT), *sys.path[1:]])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "random"}
    done = subprocess.run([sys.executable, "-W", "error", script], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_another_process_needs_no_llvm(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM.format(scale=3, cache=True))
    *first, state = run(script)
    assert state == "[] True"
    kept = entries(folder)
    *second, state = run(script)
    assert second == first and entries(folder) == kept
    assert state == ("[] False" if sys.platform == "linux" and os.uname().machine == "x86_64" else "[] True")


def test_a_changed_global_is_no_hit(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    for scale in (3, 4):
        script.write_text(PROGRAM.format(scale=scale, cache=True))
        answer = run(script)[1]
        assert answer.startswith(f"(np.float64({45.0 * scale + 13.0}),"), answer


def test_cache_false_keeps_nothing_of_the_function(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM.format(scale=3, cache=False))
    run(script)
    kept = entries(folder)
    script.write_text(PROGRAM.format(scale=3, cache=True))
    run(script)
    assert len(entries(folder)) > len(kept)


def test_text_and_level_are_the_key(folder: Path, compilations: list[str]) -> None:
    first = disk_cache.object_code(TEXT)
    assert disk_cache.object_code(TEXT) == first and len(compilations) == 1
    disk_cache.object_code(TEXT, WRAPPER)
    disk_cache.object_code(TEXT.replace("ret i64 1", "ret i64 2"))
    assert len(compilations) == 3 and len(entries(folder)) == 3
    disk_cache.object_code(TEXT, cached=False)
    assert len(compilations) == 4


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _open_to_others(path: Path) -> None:
    path.chmod(0o666)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [_cut, _flip, _empty, _open_to_others, _folder])
def test_what_is_damaged_or_not_ours_is_compiled_again(
    folder: Path, compilations: list[str], damage: Callable[[Path], None]
) -> None:
    first = disk_cache.object_code(TEXT)
    damage(entries(folder)[0])
    assert disk_cache.object_code(TEXT) == first and len(compilations) == 2
    disk_cache.object_code(TEXT)
    assert len(compilations) == (3 if damage is _folder else 2), "what was damaged is replaced"


def test_a_place_that_cannot_be_written_to(
    folder: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write_text("a file in the way")
    assert disk_cache.object_code(TEXT) == disk_cache.object_code(TEXT) and len(compilations) == 2
    monkeypatch.setattr(config, "cache", False)
    disk_cache.object_code(TEXT)
    assert disk_cache.contents().folder is None and disk_cache.clear() == 0


def test_an_old_entry_where_nothing_may_be_written_is_a_hit(
    folder: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = disk_cache.object_code(TEXT)
    os.utime(entries(folder)[0], (time.time() - 1e6,) * 2)

    def refused(path: Path) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(disk_cache.os, "utime", refused)
    assert disk_cache.object_code(TEXT) == first and len(compilations) == 1


def test_what_was_used_least_lately_goes_first(folder: Path) -> None:
    texts = [TEXT.replace("ret i64 1", f"ret i64 {number}") for number in range(8)]
    for age, text in enumerate(texts):
        disk_cache.object_code(text)
        newest = max(entries(folder), key=lambda path: path.stat().st_ctime_ns)
        os.utime(newest, (time.time() - 1e6 * (age + 2),) * 2)
    assert disk_cache.find(texts[7], KERNEL) is not None  # the oldest, which is in use again
    size = entries(folder)[0].stat().st_size
    assert disk_cache.sweep(folder, 8 * size) == 0
    assert disk_cache.sweep(folder, 7 * size) == 3
    left = [disk_cache.find(text, KERNEL) is not None for text in texts]
    assert left == [True, True, True, True, False, False, False, True]


def test_new_entries_make_room_once_a_day(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "cache_limit", 1)
    disk_cache.object_code(TEXT)
    assert entries(folder) == []
    disk_cache.object_code(TEXT)
    assert len(entries(folder)) == 1
    os.utime(folder / "swept", (time.time() - 1e5,) * 2)
    disk_cache.object_code(TEXT.replace("ret i64 1", "ret i64 3"))
    assert entries(folder) == []


def test_the_shell_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    disk_cache.object_code(TEXT)
    assert main(["cache"]) == 0
    assert f"{folder}: 1 entries, 0.0 MB" in capsys.readouterr().out
    assert main(["cache", "--clear"]) == 0
    assert "1 entries removed" in capsys.readouterr().out and entries(folder) == []


def test_functions_of_one_signature_have_one_wrapper(monkeypatch: pytest.MonkeyPatch, compilations: list[str]) -> None:
    monkeypatch.setattr(config, "cache", False)

    def first(a, k):
        return a * k

    def second(x, y):
        return x - y

    for function in (first, second):
        assert minijit.njit(function)(np.float32(3), 2.5) == function(np.float32(3), 2.5)
    wrappers = [text for text in compilations if "@mj_call" in text]
    assert len(wrappers) <= 1 and len(compilations) >= 2
