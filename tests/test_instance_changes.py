"""Instances that change, are changed by others, or are of classes that have a say in it."""

from __future__ import annotations

import gc
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest

from minijit import jit
from minijit.testing.checks import compare
from tests.test_instances import Body, Pair, count, nested, numbers, step

# ---- what changes from call to call


def test_types_that_change() -> None:
    compiled = jit(count)
    for value in (0, 2.5, np.int8(3), True, 2**70, 1j, None, 3):
        body = Body()
        body.k = value
        assert compare(compiled, (body, 3)) == []


def test_a_store_of_another_type() -> None:
    def halves(self, m):
        for i in range(m):
            self.k += 0.5
        return self.k

    assert compare(jit(halves), (Body(), 3)) == []


def test_classes_that_change() -> None:
    class Local:
        factor = 2

        def __init__(self) -> None:
            self.x = np.arange(4.0)

        def scaled(self, i):
            return self.x[i] * self.factor

    def total(self):
        found = 0.0
        for i in range(len(self.x)):
            found += self.scaled(i)
        return found

    compiled = jit(total)
    one: Any = Local()

    def check() -> None:
        assert compiled(one) == total(one) and type(compiled(one)) is type(total(one))

    check()
    Local.factor = 3
    check()
    Local.factor = 2.5  # type: ignore[assignment]
    check()
    Local.scaled = lambda self, i: self.x[i] + 1  # type: ignore[method-assign]
    check()
    one.scaled = lambda i: 100.0
    check()
    del one.scaled
    check()
    one.factor = 7
    Local.scaled = lambda self, i: self.x[i] * self.factor  # type: ignore[method-assign]
    check()
    Local.factor = property(lambda self: 11)  # type: ignore[assignment]
    check()
    Local.factor = 2
    check()
    Local.__getattribute__ = lambda self, name: 5 if name == "factor" else object.__getattribute__(self, name)
    check()
    del Local.__getattribute__
    check()
    del one.x
    assert compare(compiled, (one,)) == []


@pytest.mark.parametrize("name", ["__getattribute__", "__getattr__", "__setattr__"])
def test_classes_that_come_to_have_a_say(name: str) -> None:
    class Plain:
        def __init__(self) -> None:
            self.x = 1

    def read_and_store(self):
        self.x = self.x + 1
        return self.x

    compiled = jit(read_and_store, fallback="silent")
    assert compiled(Plain()) == 2
    one, other = Plain(), Plain()
    if name == "__getattr__":
        del one.x, other.x
    setattr(Plain, name, {"__setattr__": lambda self, *_: None}.get(name, lambda self, _: 40))
    assert compiled(one) == read_and_store(other)


def test_missing_attributes() -> None:
    def missing(self):
        for i in range(3):
            self.x[i] = self.nowhere
        return 1

    assert compare(jit(missing), (Body(),)) == []


def test_new_attributes() -> None:
    def define(self, m):
        for i in range(m):
            self.x[i] = i
        self.fresh = m * 0.5
        self.x = np.ones(3)
        return self.fresh, self.x, self.x.sum()

    assert compare(jit(define), (Body(), 4)) == []


# ---- cells


def test_what_an_exception_leaves() -> None:
    def fails(self, m):
        for i in range(m):
            self.k += 1
            self.x[i] = self.k

    compiled = jit(fails)
    assert compare(compiled, (Body(), 9)) == []
    assert compiled.signatures


def test_a_bail_out_starts_again() -> None:
    def grow(self, m):
        for i in range(m):
            self.k *= 1000
            self.t += 1.0
        return self.k

    compiled = jit(grow)
    body = Body()
    body.k = 7
    assert compare(compiled, (body, 3)) == []
    assert compare(compiled, (body, 9)) == []
    assert compiled.signatures


def test_texts_that_are_equal() -> None:
    def chosen(self):
        total = 0
        for i in range(4):
            if self.mode == "fast":
                total += i
        return total, self.mode

    compiled = jit(chosen)
    for text in ("fast", "slow", "".join(["f", "ast"]), 3, "fast"):
        body = Body()
        body.mode = text  # type: ignore[assignment]
        assert compare(compiled, (body,)) == []
    assert not compiled.stats["fallbacks"]


def test_one_object_twice() -> None:
    def both(a, b, m):
        for i in range(m):
            a.k += 1
            b.k += a.k
        return a.k, b.k

    compiled = jit(both)
    assert compare(compiled, (Body(), Body(), 4)) == []
    body = Body()
    assert compare(compiled, (body, body, 4)) == []
    pair = Pair()
    pair.second = pair.first
    assert compare(jit(nested), (pair,)) == []


# ---- code of the user's that Python runs meanwhile


def _disturb(body: Any) -> float:
    """Something that native code does not do."""
    exec("body.n = body.n - 1; body.k = 100", {"body": body})
    body.x = np.ones(8)
    return 1.0


def test_attributes_that_python_changes() -> None:
    def disturbed(self):
        total = 0.0
        while self.n > 0:
            total += _disturb(self) + self.x[0]
            self.k += 1
        return total, self.k

    assert compare(jit(disturbed), (Body(),)) == []


class Doubling:
    """A descriptor that only says how to store."""

    def __set__(self, owner: Any, value: Any) -> None:
        owner.__dict__["k"] = value * 2


class Doubled:
    """A class that has it."""

    k = Doubling()

    def __init__(self) -> None:
        self.__dict__["k"] = 1


def test_descriptors_that_only_store() -> None:
    assert compare(jit(count), (Doubled(), 3)) == []


def test_waiting_for_another_thread() -> None:
    def wait(self):
        turns = 0
        while not self.flag:
            time.sleep(0.01)
            turns += 1
            self.k += 1
        return turns > 0

    body = Body()
    compiled = jit(wait)
    body.flag = True
    assert compiled(body) is False
    body.flag = False
    other = threading.Timer(0.2, setattr, (body, "flag", True))
    other.start()
    assert compiled(body) is True and body.k > 0
    other.join()


class Proxy:
    """A class with a say in what its attributes are."""

    def __getattr__(self, name):
        if name == "n":
            return 3
        raise AttributeError(name)


class Logged:
    """A class that looks at every store."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.k = 0

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        if name != "log":
            self.log.append(name)


class Checked:
    """A property with a setter."""

    def __init__(self) -> None:
        self._k = 1

    @property
    def k(self):
        return self._k

    @k.setter
    def k(self, value):
        self._k = value * 2


def test_classes_with_a_say() -> None:
    def read(self):
        total = 0
        for i in range(self.n):
            total += i
        return total

    assert compare(jit(read), (Proxy(),)) == []
    assert compare(jit(count), (Logged(), 3)) == []
    assert compare(jit(count), (Checked(), 3)) == []


def asked(self):
    total = 0
    for i in range(3):
        if self:
            total += len(self)
    return total, isinstance(self, Body), type(self) is Body, self == self, self is self, self.name(), self.table["a"]


def test_operators_of_the_class() -> None:
    for n in (2, 5):
        assert compare(jit(asked), (Body(n),)) == []


def test_other_arguments() -> None:
    for value in (sys, 3, "text", [1], {"n": 3}, lambda: 1, Body):
        assert compare(jit(step), (value, 0.5)) == []


class Node:
    """A tree whose nodes know each other."""

    def __init__(self, depth: int, above: Any = None) -> None:
        self.value, self.above = depth * 1.5, above
        self.left = Node(depth - 1, self) if depth else None
        self.right = Node(depth - 1, self) if depth else None


def test_graphs_of_objects() -> None:
    def ends(self):
        total = 0.0
        for i in range(5):
            total += self.value + self.left.value * i + self.right.left.above.value
            self.left.right.value += 1
        return total

    compiled = jit(ends)
    tree = Node(5)
    assert compiled(tree) == ends(Node(5)) and tree.left.right.value == 9.5  # type: ignore[union-attr]


def test_nothing_is_leaked() -> None:
    compiled = jit(numbers)
    by_array = jit(step)
    body = Body()
    compiled(body, 3)
    by_array(body, 0.5)
    watched = (body, body.x, body.v, Body)
    before = [sys.getrefcount(one) for one in watched]
    for _ in range(2000):
        compiled(body, 3)
        by_array(body, 0.5)
    gc.collect()
    after = [sys.getrefcount(one) for one in watched]
    assert all(abs(one - other) < 100 for one, other in zip(before, after, strict=True))
