"""What a plan says, in words."""

from __future__ import annotations

from remission.run.plan import Plan


def plan_text(name: str, planned: Plan, folder: str) -> str:
    """What a plan says, for the screen.

    Examples
    --------
    >>> from remission.run.plan import make_plan
    >>> print(plan_text("s", make_plan(None, "key", ["A"], 100), "runs/s").splitlines()[1])
    blocks   1 to do, 0 done (each of one arm)
    """
    cost = planned.cost
    missing = sum(len(task.blocks) * len(task.arms) for task in planned.tasks)
    lines = [
        f"{name}: {planned.patients} patients; arms: {', '.join(planned.arms)}",
        f"blocks   {missing} to do, {planned.finished} done (each of one arm)",
        f"workers  {planned.workers}",
        f"time     about {_time_text(cost.seconds)}",
        f"memory   about {_bytes_text(cost.memory_bytes)}",
        f"disk     about {_bytes_text(cost.disk_bytes)}, in {folder}",
    ]
    lines += [f"damaged  {file}: it will be made again" for file in planned.damaged]
    return "\n".join(lines)


def _time_text(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _bytes_text(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 1):.0f} MB"
