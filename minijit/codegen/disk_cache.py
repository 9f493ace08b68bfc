"""Object code kept on disk, found again by the LLVM text that it was made of.

The text of a module says all that LLVM is told, and holds no address of the process. So an entry can't be stale:
whatever changes in a function, in what it calls, in its arguments' types or in the compiler changes the text, and a
text that is the same needs no second compilation, whichever function it comes from. What else the code depends on
(processor, versions of LLVM, how LLVM is driven) goes into the key as well.

A hit spares LLVM, which is most of a compilation; types are inferred and the text is made in every process. Nothing
here ever raises or warns: an entry that is damaged, belongs to another user or can't be read is a miss, and a folder
that can't be written to stays empty.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import time
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from minijit import config
from minijit.codegen import toolchain
from minijit.codegen.toolchain import KERNEL, WRAPPER, optimise_and_emit

_MAGIC: Final = b"minijit1"
_DIGEST: Final = 32
_DAY: Final = 86400.0
_PROCESSOR: Final = ("vendor_id", "cpu family", "model", "stepping", "flags", "CPU implementer", "CPU part", "Features")
"""The lines of Linux's ``/proc/cpuinfo`` that tell what code can run."""


def object_code(text: str, level: int = KERNEL, *, cached: bool = True) -> bytes:
    """Object code for a module of LLVM text: from disk if it is there, else made by LLVM and kept for another time.

    Parameters
    ----------
    text : str
        LLVM text.
    level : int
        :data:`~minijit.codegen.toolchain.KERNEL` or :data:`~minijit.codegen.toolchain.WRAPPER`.
    cached : bool
        Whether the disk may be used.

    Raises
    ------
    InternalError
        When LLVM rejects the text.
    """
    found = find(text, level) if cached else None
    if found is None:
        found = _wrapper(text) if level == WRAPPER else optimise_and_emit(text, level).object
        if cached:
            keep(text, level, found)
    return found


@lru_cache(maxsize=128)
def _wrapper(text: str) -> bytes:
    """Functions of the same signature have the same wrapper."""
    return optimise_and_emit(text, WRAPPER).object


def find(text: str, level: int) -> bytes | None:
    """The object code of `text` at an optimisation `level`, if it is on disk."""
    folder = _folder()
    if folder is None:
        return None
    path = _path(folder, text, level)
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if not _is_own(about):
                return None
            data = file.read()
    except OSError:
        return None
    found = _unpacked(data)
    if found is not None and time.time() - about.st_mtime > _DAY:
        # What is in use is thrown away last. Where nothing may be written, nothing is thrown away.
        with contextlib.suppress(OSError):
            os.utime(path)
    return found


def keep(text: str, level: int, code: bytes) -> None:
    """Put object code on disk, at once or not at all: other processes see a whole entry or none."""
    folder = _folder()
    if folder is None:
        return
    path = _path(folder, text, level)
    temporary = ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_own(path.parent.stat()):
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = file.name
            file.write(_MAGIC + hashlib.sha256(code).digest() + code)
        os.replace(temporary, path)
        _sweep_now_and_then(folder)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


class Contents(NamedTuple):
    """What :func:`contents` tells."""

    folder: Path | None
    entries: int
    bytes: int


def contents() -> Contents:
    """Where the cache is (``None``: switched off, or there is no place for it), and how much is in it."""
    folder = _folder()
    sizes = [about.st_size for _, about in _entries(folder)] if folder is not None else []
    return Contents(folder, len(sizes), sum(sizes))


def clear() -> int:
    """Remove all entries; returns how many there were."""
    folder = _folder()
    return _remove([path for path, _ in _entries(folder)]) if folder is not None else 0


def sweep(folder: Path, limit: int) -> int:
    """Remove the entries that were used least lately, until three quarters of `limit` bytes are left; how many went."""
    entries = sorted(_entries(folder), key=lambda entry: entry[1].st_mtime)
    size = sum(about.st_size for _, about in entries)
    if size <= limit:
        return 0
    doomed = []
    for path, about in entries:
        if size <= limit * 3 // 4:
            break
        doomed.append(path)
        size -= about.st_size
    return _remove(doomed)


def _sweep_now_and_then(folder: Path) -> None:
    """At most once a day, whichever process comes first."""
    stamp = folder / "swept"
    with contextlib.suppress(FileNotFoundError):
        if time.time() - stamp.stat().st_mtime < _DAY:
            return
    stamp.touch()
    sweep(folder, config.cache_limit)


def _entries(folder: Path) -> list[tuple[Path, os.stat_result]]:
    found = []
    for path in folder.glob("??/*"):
        with contextlib.suppress(OSError):
            found.append((path, path.stat()))
    return found


def _remove(paths: list[Path]) -> int:
    removed = 0
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()
            removed += 1
    return removed


def _unpacked(data: bytes) -> bytes | None:
    start = len(_MAGIC) + _DIGEST
    code = data[start:]
    whole = data[: len(_MAGIC)] == _MAGIC and data[len(_MAGIC) : start] == hashlib.sha256(code).digest()
    return code if whole else None


def _is_own(about: os.stat_result) -> bool:
    """Whether nobody but this user (and root) could have written there: what is found is run."""
    if not hasattr(os, "geteuid"):
        return True
    return about.st_uid == os.geteuid() and not about.st_mode & 0o022


def _path(folder: Path, text: str, level: int) -> Path:
    """Entries are named by a SHA-256 in hexadecimal digits, with a folder for each first two of them."""
    name = hashlib.sha256(f"{_circumstances()}\n{level}\n{text}".encode()).hexdigest()
    return folder / name[:2] / name[2:]


def _folder() -> Path | None:
    """The folder of the cache, as the settings say now; ``None`` where there is to be none."""
    if not config.cache:
        return None
    return Path(config.cache_folder) if config.cache_folder else _folder_of_user()


@cache
def _folder_of_user() -> Path | None:
    try:
        if sys.platform == "win32":
            return Path(tempfile.gettempdir()) / "minijit"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "minijit"
        return Path.home() / ".cache" / "minijit"
    except RuntimeError:  # nobody's home
        return None


@cache
def _circumstances() -> str:
    """What object code depends on besides the text: the processor, LLVM, and how it is driven."""
    import llvmlite

    processor = _processor() or toolchain.target_description()
    return f"{llvmlite.__version__} {_driver()} {sys.platform} {processor}"


def _driver() -> str:
    """The module that drives LLVM; the text does not tell when that changes."""
    try:
        return hashlib.sha256(Path(toolchain.__file__).read_bytes()).hexdigest()
    except OSError:  # in an archive
        return ""


def _processor() -> str:
    """The first processor as Linux describes it (asking LLVM would mean to load it); elsewhere nothing."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            lines = file.read(1 << 14).split("\n\n")[0].splitlines()
    except OSError:
        return ""
    return "\n".join(line for line in lines if line.partition(":")[0].strip() in _PROCESSOR)
