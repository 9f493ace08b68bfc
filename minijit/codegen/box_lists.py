"""Makes Python lists, dicts and sets of native ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minijit import types as t
from minijit.ir import context
from minijit.library.operations import dict_of_entries, set_of_entries
from minijit.machine import stride_of
from minijit.runtime import numpy_api as api

if TYPE_CHECKING:
    from minijit.codegen.boxing import Boxer


def box_list(boxer: Boxer, item: t.Type, block: str, *, remembers: bool = True) -> str:
    """A new reference to the Python list for a native one.

    A list that is returned remembers what it has become, so that it is one object however often it is met. What is
    handed to Python in the middle of a call is a copy each time: the native list may go on changing.
    """
    text = boxer.text
    done = text.new_label("list")
    incoming: list[tuple[str, str]] = []
    if remembers and boxer.remembers:
        known, make = text.new_label("known"), text.new_label("make")
        boxed = text.load("ptr", block, context.LIST_BOXED)
        text.branch(text.value(f"icmp eq ptr {boxed}, null"), make, known, likely=True)
        text.begin(known)
        text.call("void", "Py_IncRef", ("ptr", boxed))
        incoming.append((boxed, known))
        text.jump(done)
        text.begin(make)
    length = text.load("i64", block, context.LIST_LENGTH)
    made = text.call("ptr", "PyList_New", ("i64", length))
    filled, fill = text.new_label("filled"), text.new_label("fill")
    incoming.append(("null", text.block))
    text.branch(text.value(f"icmp ne ptr {made}, null"), fill, done, likely=True)
    text.begin(fill)
    if not isinstance(item, t.Never):
        incoming.append(("null", _fill(boxer, item, block, length, made, filled, done)))
    else:
        text.jump(filled)
    text.begin(filled)
    if remembers and boxer.remembers:
        text.store("ptr", made, block, context.LIST_BOXED)
        text.call("void", "Py_IncRef", ("ptr", made))
        text.call("void", "mj_keep", ("ptr", boxer.ctx), ("ptr", made))
    incoming.append((made, text.block))
    text.jump(done)
    text.begin(done)
    return text.phi("ptr", incoming)


def box_dict(boxer: Boxer, cls: type, item: t.Type, block: str) -> str:
    """A new reference to the dict or set that native entries stand for; remembered as lists are."""
    text = boxer.text
    known, make, fill, done = (text.new_label(name) for name in ("known", "make", "fill", "dict"))
    boxed = text.load("ptr", block, context.LIST_BOXED)
    text.branch(text.value(f"icmp eq ptr {boxed}, null"), make, known, likely=True)
    text.begin(known)
    text.call("void", "Py_IncRef", ("ptr", boxed))
    incoming = [(boxed, known)]
    text.jump(done)
    text.begin(make)
    entries = box_list(boxer, item, block, remembers=False)
    incoming.append(("null", text.block))
    text.branch(text.value(f"icmp ne ptr {entries}, null"), fill, done, likely=True)
    text.begin(fill)
    maker = boxer.constant(dict_of_entries if cls is dict else set_of_entries)
    made = text.call("ptr", "PyObject_CallOneArg", ("ptr", maker), ("ptr", entries))
    boxer.drop(entries)
    keep, failed = text.new_label("keep"), text.new_label("failed")
    text.branch(text.value(f"icmp ne ptr {made}, null"), keep, failed, likely=True)
    text.begin(keep)
    text.store("ptr", made, block, context.LIST_BOXED)
    text.call("void", "Py_IncRef", ("ptr", made))
    text.call("void", "mj_keep", ("ptr", boxer.ctx), ("ptr", made))
    incoming.append((made, keep))
    text.jump(done)
    text.begin(failed)
    incoming.append(("null", failed))
    text.jump(done)
    text.begin(done)
    return text.phi("ptr", incoming)


def _fill(boxer: Boxer, item: t.Type, block: str, length: str, made: str, filled: str, failed: str) -> str:
    """Box the items, then go to `filled`; gives the block that goes to `failed` because one could not be made."""
    text = boxer.text
    data = text.load("ptr", block, context.BLOCK_DATA)
    row = text.load("ptr", made, api.LIST_ITEMS)
    start, test, body, onward, undo = text.block, *(text.new_label(name) for name in ("test", "item", "on", "undo"))
    text.jump(test)
    text.begin(test)
    index, following = text.forward_phi("i64", "0", start, onward)
    text.branch(text.value(f"icmp ult i64 {index}, {length}"), body, filled)
    text.begin(body)
    offset = text.value(f"mul i64 {index}, {stride_of(item)}")
    value = boxer.box(item, text.value(f"getelementptr i8, ptr {data}, i64 {offset}"))
    text.branch(text.value(f"icmp ne ptr {value}, null"), onward, undo, likely=True)
    text.begin(onward)
    at = text.value(f"getelementptr ptr, ptr {row}, i64 {index}")
    text.store("ptr", value, at)
    text.do(f"{following} = add i64 {index}, 1")
    text.jump(test)
    text.begin(undo)
    boxer.drop(made)
    text.jump(failed)
    return undo
