"""The pipeline: its order is explained, its stages can be seen, and a broken pass is named."""

from __future__ import annotations

import numpy as np
import pytest

import minijit
from minijit import config, pipeline
from minijit import types as t
from minijit.errors import InternalError
from minijit.ir.nodes import Function
from minijit.options import Options


def total(a):
    s = 0
    for i in range(len(a)):
        s += a[i]
    return s


ROW = (t.Array(np.dtype("float64"), 1, "C"),)


def test_the_order_of_passes_has_reasons() -> None:
    names = ["lower", *(name for name, _ in pipeline.PASSES)]
    assert len(set(names)) == len(names)
    for first, second, reason in pipeline.ORDER:
        assert names.index(first) < names.index(second), reason
        assert reason
    explained = {name for first, second, _ in pipeline.ORDER for name in (first, second)}
    assert explained == set(names), "say why a pass stands where it does"


@pytest.mark.parametrize("stage", pipeline.stage_names())
def test_every_stage_can_be_seen(stage: str) -> None:
    text = pipeline.describe(total, ROW, Options(), stage)
    assert "total" in text


def test_an_unknown_stage() -> None:
    with pytest.raises(ValueError, match="there is no stage 'lops'; the stages are 'python'"):
        pipeline.describe(total, ROW, Options(), "lops")


def test_passes_may_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "PASSES", ())
    compiled = minijit.jit(total, fallback="error")
    assert compiled(np.arange(4.0)) == 6.0
    assert compiled.stats["bailouts"] == 0


def test_a_pass_that_breaks_the_code_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_it(function: Function) -> None:
        function.blocks[-1].terminator = None

    monkeypatch.setattr(pipeline, "PASSES", (("break it", break_it), *pipeline.PASSES))
    monkeypatch.setattr(config, "verify", True)
    with pytest.raises(InternalError) as raised:
        pipeline.build_unit(total, ROW, Options(), pipeline.Clock(), lambda *_: None)
    assert raised.value.__notes__ == ["in the step 'verify after break it'"]


def test_dumps(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(config, "dump", ("typed",))
    monkeypatch.setattr(config, "dump_function", "total")
    minijit.jit(total, fallback="error")(np.arange(4.0))
    text = capsys.readouterr().err
    assert text.startswith("; ---- total after typed\n")
    assert "binding=getitem" in text
