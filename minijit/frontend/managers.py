"""``with np.errstate(...)``: the one context manager that native code need not run.

Native code gives no warnings of NumPy's, so nothing is to be done when the block is entered and left. What Python
carries out inside of the block is called under the same ``np.errstate``.
"""

from __future__ import annotations

import ast

from minijit.frontend.assignments import store
from minijit.frontend.builder import Builder, span_of, statement


@statement(ast.With)
def with_(b: Builder, node: ast.With) -> None:
    """``with np.errstate(name=mode, ...)`` with literal modes; typeinfer makes sure that it is that class."""
    outside = dict(b.error_modes)
    for item in node.items:
        manager = item.context_expr
        if not isinstance(manager, ast.Call) or manager.args:
            raise b.refuse(node)
        modes: dict[str, str] = {}
        for keyword in manager.keywords:
            mode = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if keyword.arg is None or not isinstance(mode, str):
                raise b.refuse(node)
            modes[keyword.arg] = mode
        span = span_of(node)
        b.emit("enter_errstate", [b.value(manager.func)], span, {"modes": modes})
        if item.optional_vars is not None:
            store(b, item.optional_vars, b.const(None, span))
        b.error_modes.update(modes)
    b.statements(node.body)
    b.error_modes.clear()
    b.error_modes.update(outside)
