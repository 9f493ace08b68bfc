"""Settings from the environment. This is the only module that reads ``os.environ``.

===========================  ====================================================================
``MINIJIT_DUMP``             stages or passes to print while compiling, separated by commas; ``all``
``MINIJIT_DUMP_FUNCTION``    print only for the function of this name
``MINIJIT_VERIFY``           ``1``: check the IR's invariants after every pass
``MINIJIT_TIME``             ``1``: print how long each pass took
``MINIJIT_DISABLE``          ``1``: run every function in the interpreter
``MINIJIT_STRICT``           ``1``: a fault of minijit's own raises in place of falling back
===========================  ====================================================================

The settings are attributes of this module, so that a program (or a test) may change them while it runs.
"""

from __future__ import annotations

import os


def _switch(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() not in ("", "0", "no", "off", "false")


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


def wants_dump(stage: str, function: str) -> bool:
    """Whether the IR of `function` is to be printed after `stage`."""
    if not dump or (dump_function and dump_function != function):
        return False
    return "all" in dump or stage in dump
