"""Addresses by name: what generated code may refer to."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Final

from minijit import ufunc_loops
from minijit.runtime import numpy_api, object_support, support
from minijit.runtime.elementary.far_arguments import far_function_text
from minijit.runtime.small_products import choices_of, small_product_text

KERNEL_SYMBOL: Final = "mj_kernel"
"""What wrappers call the entry of their unit: so functions of the same signature have the same wrapper."""
SUPPORT: Final = (*support.EXPORTS, *object_support.EXPORTS)
"""The support functions, compiled by :func:`minijit.codegen.link.runtime_addresses`."""

_REGISTERED: Final[dict[str, int]] = {}

_LIBRARIES: Final = {
    "linux": (None, "libm.so.6", "libgcc_s.so.1", "libmvec.so.1"),
    "darwin": (None,),
    "win32": ("ucrtbase",),
}


def register_symbol(name: str, address: int) -> None:
    """Give generated code a name for an address (a type object, an entry of NumPy's C API ...)."""
    _REGISTERED[name] = address


@cache
def _library(name: str | None) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def address_of_symbol(name: str) -> int | None:
    """The address of a symbol, or ``None`` where nobody defines it.

    Looked for among the registered ones, the support functions (compiled when one is asked for), the objects of Python
    and NumPy that have symbols, loops of ufuncs, NumPy's distributions, CPython's API, and the C libraries.
    """
    known = _REGISTERED.get(name)
    if known is not None:
        return known
    if name in SUPPORT:
        from minijit.codegen.link import runtime_addresses

        _REGISTERED.update(runtime_addresses())
        return _REGISTERED[name]
    text = far_function_text(name)
    if text is not None:
        from minijit.codegen.link import link_text

        _REGISTERED[name] = link_text(text, name)
        return _REGISTERED[name]
    if small_product_text(name) is not None:
        return _small_product(name)
    if name in numpy_api.symbols():
        return numpy_api.symbols()[name]
    loop = ufunc_loops.other_address(name)
    if loop is not None:
        return loop
    distribution = numpy_api.distribution(name)
    if distribution is not None:
        _REGISTERED[name] = distribution
        return distribution
    libraries = (_library(one) for one in _LIBRARIES.get(sys.platform, (None,)))
    for library in (ctypes.pythonapi, *libraries):
        # getattr would cache a function object in the library; item access makes a new one each time.
        try:
            function = library[name] if library is not None else None
        except AttributeError:
            continue
        if function is not None:
            address = ctypes.cast(function, ctypes.c_void_p).value
            if address:
                _REGISTERED[name] = address
                return address
    return None


def _small_product(name: str) -> int:
    """A product of small matrices, once it is known which of its code gives NumPy's bits."""
    from minijit.codegen.disk_cache import object_code
    from minijit.codegen.link import link
    from minijit.runtime.small_product_trial import choose

    linked = link([object_code(small_product_text(name) or "")], [name, choices_of(name)])
    choose(name, linked.addresses)
    _REGISTERED[name] = linked[name]
    return linked[name]
