"""Tables for people."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.results import Results, Row, geometric_mean

ENGINES = ("python", "numpy", "c", "numba", "numba-checked", "minijit")
SHORT = {"numba-checked": "checked"}
"""Headings of columns where the name is too long."""
COMPARED = (
    ("python", "vs python"),
    ("numpy", "vs numpy"),
    ("c", "vs C"),
    ("numba", "vs numba"),
    ("numba-checked", "vs check"),
)


def duration(seconds: float | None) -> str:
    """Three figures and a unit."""
    if seconds is None:
        return "-"
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}" if seconds < 999.5 * scale else f"{seconds / scale:.0f} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def factor(value: float | None) -> str:
    """A ratio: ``12.3x``."""
    if value is None:
        return "-"
    return f"{value:.0f}x" if value >= 100 else f"{value:.3g}x"


def heading() -> str:
    """The first line of the table of run times."""
    names = [f"{SHORT.get(name, name):>9}" for name in ENGINES]
    names += [f"{title:>9}" for _, title in COMPARED]
    names += [f"{title:>9}" for title in ("1st numba", "1st minij")]
    return " ".join([f"{'kernel':<30}", *names])


def line_of(row: Row) -> str:
    """One line of the table, with a further one for each engine that has something to say."""
    cells = [f"{duration(row.seconds.get(name)):>9}" for name in ENGINES]
    cells += [f"{factor(row.ratio(name, 'minijit')):>9}" for name, _ in COMPARED]
    cells += [f"{duration(row.first_call.get(name)):>9}" for name in ("numba", "minijit")]
    text = " ".join([f"{row.label:<30}", *cells])
    for name, note in row.notes.items():
        text += f"\n    {name}: {note[:150]}"
    return text


def means(rows: Iterable[Row]) -> str:
    """Geometric means of the ratios by theme and of all, with how many kernels each mean is over."""
    rows = list(rows)
    themes = list(dict.fromkeys(row.theme for row in rows))
    lines = ["geometric means of (other time / minijit time), with the number of kernels:"]
    for theme in [*themes, "all"]:
        chosen = [row for row in rows if theme in ("all", row.theme)]
        cells = []
        for name, title in COMPARED:
            ratios = [ratio for row in chosen if (ratio := row.ratio(name, "minijit")) is not None]
            value = f"{factor(geometric_mean(ratios))} ({len(ratios)})" if ratios else "-"
            cells.append(f"{title} {value:<12}")
        lines.append(f"  {theme:<17} " + "  ".join(cells))
    return "\n".join(lines)


def first_calls(rows: Iterable[Row]) -> str:
    """Mean times of first calls over the kernels that both compilers ran."""
    both = [row for row in rows if {"numba", "minijit"} <= row.first_call.keys()]
    if not both:
        return ""
    cells = [
        f"{name} {duration(geometric_mean([row.first_call[name] for row in both]))}" for name in ("numba", "minijit")
    ]
    return f"geometric mean of first calls over {len(both)} kernels: " + ", ".join(cells)


def table_of(title: str, table: dict[str, dict[str, float]]) -> str:
    """A small table: what was measured by engine."""
    names = [name for name in ENGINES if any(name in cells for cells in table.values())]
    lines = [" ".join([f"{title:<38}", *(f"{name:>9}" for name in names)])]
    for label, cells in table.items():
        lines.append(" ".join([f"{label:<38}", *(f"{duration(cells.get(name)):>9}" for name in names)]))
    return "\n".join(lines)


def failures(results: Results) -> list[str]:
    """Every row in which minijit is wrong, is interpreted or fails."""
    return [f"{row.label}: {row.notes['minijit']}" for row in results.rows if "minijit" in row.notes]
