"""Settings from the environment. This is the only module that reads ``os.environ``.

===========================  ====================================================================
``MINIJIT_DUMP``             stages or passes to print while compiling, separated by commas; ``all``
``MINIJIT_DUMP_FUNCTION``    print only for the function of this name
``MINIJIT_VERIFY``           ``1``: check the IR's invariants after every pass
``MINIJIT_TIME``             ``1``: print how long each pass took
``MINIJIT_DISABLE``          ``1``: run every function in the interpreter
``MINIJIT_STRICT``           ``1``: a fault of minijit's own raises in place of falling back
``MINIJIT_CACHE``            ``0``: keep no compiled code on disk, and look for none
``MINIJIT_CACHE_DIR``        the folder for it, in place of ``~/.cache/minijit`` (macOS: ``~/Library/Caches/minijit``)
``MINIJIT_CACHE_LIMIT``      megabytes that it may take, 512 if not set
===========================  ====================================================================

The settings are attributes of this module, so that a program (or a test) may change them while it runs.
"""

from __future__ import annotations

import os


def _switch(name: str, usual: str = "") -> bool:
    return os.environ.get(name, usual).strip().lower() not in ("", "0", "no", "off", "false")


def _megabytes(name: str, usual: int) -> int:
    text = os.environ.get(name, "").strip()
    return (int(text) if text.isdecimal() else usual) * 1_000_000


def _in_cache_of_user() -> str:
    """The folder that the XDG Base Directory Specification names, if it is set."""
    folder = os.environ.get("XDG_CACHE_HOME", "")
    return os.path.join(folder, "minijit") if os.path.isabs(folder) else ""


dump: tuple[str, ...] = tuple(filter(None, (name.strip() for name in os.environ.get("MINIJIT_DUMP", "").split(","))))
"""Stages and passes after which the IR is printed; ``("all",)`` for all of them."""
dump_function: str = os.environ.get("MINIJIT_DUMP_FUNCTION", "").strip()
"""The only function to dump, or an empty string."""
verify: bool = _switch("MINIJIT_VERIFY")
"""Whether the verifier runs after every pass."""
time: bool = _switch("MINIJIT_TIME")
"""Whether times are printed."""
disable: bool = _switch("MINIJIT_DISABLE")
"""Whether everything runs in the interpreter."""
strict: bool = _switch("MINIJIT_STRICT")
"""Whether a fault of minijit's own is raised."""
cache: bool = _switch("MINIJIT_CACHE", "1")
"""Whether compiled code is kept on disk and looked for there."""
cache_folder: str = os.environ.get("MINIJIT_CACHE_DIR", "").strip() or _in_cache_of_user()
"""Where; an empty string for the usual place in the user's home."""
cache_limit: int = _megabytes("MINIJIT_CACHE_LIMIT", 512)
"""How many bytes may be kept there."""


def wants_dump(stage: str, function: str) -> bool:
    """Whether the IR of `function` is to be printed after `stage`."""
    if not dump or (dump_function and dump_function != function):
        return False
    return "all" in dump or stage in dump
