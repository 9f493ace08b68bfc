"""The table as a picture."""

from __future__ import annotations

from pathlib import Path

from benchmarks.results import Results


def write_plot(results: Results, path: Path) -> str:
    """Draw minijit's speed relative to Numba and the interpreter, a bar for each kernel; return what happened."""
    try:
        import matplotlib
    except ImportError:
        return "no plot: matplotlib is not installed"
    matplotlib.use("agg")
    from matplotlib import pyplot

    rows = [row for row in results.rows if "minijit" in row.seconds]
    if not rows:
        return "no plot: minijit ran none of the kernels"
    figure, axes = pyplot.subplots(1, 2, figsize=(12, 1 + 0.22 * len(rows)), sharey=True)
    for axis, other in zip(axes, ("numba", "python"), strict=True):
        ratios = [row.ratio(other, "minijit") or 1.0 for row in rows]
        # Bars start at 1, where both are equally fast: shorter times go right, longer ones left.
        axis.barh([row.label for row in rows], [ratio - 1 for ratio in ratios], left=1)
        axis.axvline(1, color="black", linewidth=0.8)
        axis.set_xscale("log")
        axis.set_xlabel(f"{other} time / minijit time")
    axes[0].invert_yaxis()  # once: the axes share it
    axes[0].margins(y=0.01)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return f"plot written to {path}"
