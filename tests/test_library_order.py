"""Which entry serves a call does not depend on the order in which the library's modules are imported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from minijit.library import registry
from minijit.library.load import LAST
from minijit.library.samples import Known
from tests.library_harness import sample_rows, type_of_argument

FUNCTIONS = {id(entry.function): entry.function for entry in registry.all_entries()}


def test_what_takes_more_comes_last() -> None:
    for function in FUNCTIONS.values():
        places = [LAST.index(entry.home) if entry.home in LAST else -1 for entry in registry.entries_of(function)]
        assert places == sorted(places), function


def test_every_module_that_comes_last_has_entries() -> None:
    assert set(LAST) <= {entry.home for entry in registry.all_entries()}


def _arg(value: Any) -> registry.Arg:
    if isinstance(value, Known):
        return registry.default_arg(value.value)
    return registry.Arg(type_of_argument(value))


def _rows(entries: list[registry.Entry]) -> Iterator[tuple[registry.Arg, ...]]:
    """One row of arguments for every combination of types among the samples of these entries."""
    seen = set()
    for entry in entries:
        for row in sample_rows(entry):
            args = tuple(map(_arg, row))
            kinds = tuple(str(arg.type) for arg in args)
            if kinds not in seen:
                seen.add(kinds)
                yield args


def _applies(entry: registry.Entry, args: tuple[registry.Arg, ...]) -> bool:
    return entry.serves(args, {}) if entry.body is not None else entry.type_of_result(args, {}) is not None


@pytest.mark.filterwarnings("ignore")
def test_one_module_serves_a_call() -> None:
    """Of all the others, entries of one module only apply to the same arguments."""
    found = set()
    for function in FUNCTIONS.values():
        entries = registry.entries_of(function)
        others = [entry for entry in entries if entry.home not in LAST]
        if len({entry.home for entry in others}) == 1:
            continue
        for args in _rows(entries):
            homes = {entry.home for entry in others if _applies(entry, args)}
            if len(homes) > 1:
                found.add(f"{function}: {sorted(homes)} for {', '.join(str(arg.type) for arg in args)}")
    assert not found, "\n".join(sorted(found)[:20])
