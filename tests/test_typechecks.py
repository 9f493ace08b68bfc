"""The checks of annotations at run time find what they should, though most are made once for each class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import pytest

from tests.typechecks import remembering


class Plain:
    pass


class Row(NamedTuple):
    number: int


def counting() -> tuple[Callable[[Any, Any], None], list[Any]]:
    """A check with a memory that refuses nothing, and the values that it had to look at."""
    seen: list[Any] = []
    check = remembering(lambda value, annotation, memo: seen.append(value))
    return lambda value, annotation: check(value, annotation, None), seen


@pytest.mark.parametrize(
    ("value", "annotation", "times"),
    [
        (Plain(), Plain, 1),
        (Plain(), Plain | None, 1),
        (3, int, 1),
        ("x", str | None, 1),
        (None, Plain | None, 1),
        ("x", Literal["x", "y"], 3),
        (3, int | Literal["x"], 3),
        ([1], list[int], 3),
        ((1, "x"), tuple[int, str], 3),
        ({}, dict[str, int], 3),
        (Row(1), Row, 3),
        (len, Callable[..., int], 3),
        (Plain, type[Plain], 3),
        (3, object, 1),
    ],
)
def test_only_what_follows_from_the_class_is_remembered(value: Any, annotation: Any, times: int) -> None:
    check, seen = counting()
    for _ in range(3):
        check(value, annotation)
    assert len(seen) == times


def test_a_verdict_counts_for_its_annotation_and_class_alone() -> None:
    check, seen = counting()
    values = [(Plain(), Plain), (3, int), (3, str), (True, int), (Plain(), int), (Plain(), Plain | int)]
    for value, annotation in values:
        check(value, annotation)
    assert len(seen) == len(values)


def test_a_refusal_is_not_remembered() -> None:
    def refuse(value: Any, annotation: Any, memo: Any) -> None:
        raise TypeError

    check = remembering(refuse)
    for _ in range(2):
        with pytest.raises(TypeError):
            check(Plain(), int, None)


def test_annotations_of_the_package_are_checked(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--no-typeguard"):
        pytest.skip("run without typeguard")
    from typeguard import TypeCheckError

    from minijit.config import wants_dump

    assert not wants_dump("loops", "f")
    wrong: Any = Plain()
    for _ in range(2):
        with pytest.raises(TypeCheckError):
            wants_dump("loops", wrong)
