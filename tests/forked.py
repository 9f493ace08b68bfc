"""Runs something in a forked process, so that a crash or a hang is a result and not the end."""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple


class Forked(NamedTuple):
    """What came of it: the value where it finished, else what happened."""

    finished: bool
    value: Any
    what: str


def run_apart(function: Callable[[], Any], seconds: float) -> Forked:
    """Call `function` in a forked process; its result must be picklable. It is killed after `seconds`."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _run_child(function, writer)
    os.close(writer)
    data, deadline = b"", time.monotonic() + seconds
    while True:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            os.kill(child, signal.SIGKILL)
            break
        part = os.read(reader, 1 << 16)
        if not part:
            break
        data += part
    os.close(reader)
    _, status = os.waitpid(child, 0)
    if not ready:
        return Forked(False, None, f"did not end within {seconds:.0f} s")
    if status == 0:
        return Forked(*pickle.loads(data))
    what = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit status {os.WEXITSTATUS(status)}"
    return Forked(False, None, what)


def _run_child(function: Callable[[], Any], writer: int) -> None:
    status = 1
    try:
        try:
            result = Forked(True, function(), "")
        except BaseException as error:  # whatever happens is to be told to the parent
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{os.path.basename(last.filename)}:{last.lineno}"
            result = Forked(False, None, f"{type(error).__name__} at {place}: {error}")
        with os.fdopen(writer, "wb") as stream:
            pickle.dump(tuple(result), stream)
        status = 0
    finally:
        os._exit(status)
