"""The work-precision figure: largest error against time a patient, every solver, every model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from remission.solver.benchmark.measure import ERROR, Curve
from remission.solver.benchmark.task import Task

OURS_COLOUR = "#b2182b"
MARKS = "os^vDP*X"


def write_figure(found: Mapping[Task, Mapping[str, Curve]], path: Path) -> None:
    """Write one panel a model as SVG.

    Parameters
    ----------
    found : mapping of Task -> (mapping of solver -> Curve)
    path : Path
    """
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    with plt.rc_context({"svg.hashsalt": "remission", "font.size": 9}):
        figure, axes = plt.subplots(1, len(found), figsize=(3.4 * len(found), 3.4), sharey=True, squeeze=False)
        for axis, (task, curves) in zip(axes[0], found.items(), strict=True):
            for k, (name, curve) in enumerate(curves.items()):
                points = sorted(curve.points, key=lambda point: point.error)
                if points:
                    axis.loglog(
                        [1e3 / point.rate for point in points],
                        [point.error for point in points],
                        MARKS[k % len(MARKS)],
                        color=OURS_COLOUR if k == 0 else f"C{k}",
                        markersize=4,
                        label=name,
                    )
            axis.axhline(ERROR, color="0.6", linewidth=0.8)
            axis.set_title(f"{task.name} ({len(task.network.states)} states)")
            axis.set_xlabel("CPU milliseconds a patient")
        axes[0][0].set_ylabel("largest relative error of the volume")
        handles, labels = axes[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncols=min(len(labels), 8), frameon=False)
        figure.tight_layout(rect=(0, 0.08, 1, 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None})
        plt.close(figure)
