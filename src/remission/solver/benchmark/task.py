"""What every solver is asked for: a model, its patients, their doses, and the days at which volumes are read.

735 days, a dose of each antibody every 21 days (35 in all), output every 42 days. Models are given as Antimony
text; lines `at (...)` are left out, because most solvers know no events: the doses are given by the caller, and
extinction plays no part in these patients.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from remission.draws import normal
from remission.solver.antimony_text import antimony_to_sbml
from remission.solver.network import Network
from remission.solver.reading import read_sbml

DOSE_EVERY, DOSES, SEEN_EVERY = 21, 35, 42
SEED = 2017
DAYS = DOSE_EVERY * DOSES
DOSE_DAYS = tuple(range(0, DAYS, DOSE_EVERY))
SEEN_DAYS = (*range(SEEN_EVERY, DAYS, SEEN_EVERY), DAYS)


@dataclass(frozen=True)
class Setting:
    """How the patients of one model differ and are treated.

    Attributes
    ----------
    doses : mapping of state -> amount
    volumes : str
        Pattern of the names whose sum is the total tumour volume.
    spread : mapping of str -> float
        Pattern of names of parameters, and the standard deviation of their logarithm between patients.
    start : str
        Lines of Antimony that give the state at day 0, where the model itself starts empty.
    tolerances : tuple of float
        Absolute tolerances, one of which every solver may choose.
    """

    doses: Mapping[str, float]
    volumes: str
    spread: Mapping[str, float]
    start: str = ""
    tolerances: tuple[float, ...] = (1e-6, 1e-4, 1e-3)


_SYNAPSES = {
    r"CL[12]|V[12]_[12]|Q1|PD1b|CD80b|CTLA4b|kmat|kact|hom|kk|sup|kex|rei|KMD|ktin|g_\d+": 0.3,
    r"PDL[12]b|P50|CD28b|K28|Kap|eg|dTb|trg|g2|res|kmd": 0.2,
    r"nP|n28|N0|NIL": 0.05,
}
SETTINGS: Mapping[str, Setting] = {
    "S": Setting(
        doses={"Ac1": 240.0},
        volumes="V",
        spread={"a|kk|gT|KM|pE|dE|kx|reinv|act|kp|hom|kr|km|ki|KI|CL|V1|Q|V2|Vm|KD|K": 0.3},
    ),
    "M": Setting(doses={"Ac1": 240.0, "Ac2": 70.0}, volumes=r"V_\d+", spread=_SYNAPSES),
    "L": Setting(doses={"Ac1": 240.0, "Ac2": 70.0}, volumes=r"V_\d+", spread=_SYNAPSES),
    "mechanism": Setting(
        doses={"pd1_central": 200.0, "ctla4_central": 70.0},
        volumes="burden_mL",
        spread={
            r"L\d_growth|L\d_homing|L\d_pdl1|L\d_other_brake|pd1_CL|pd1_V1|ctla4_CL|ctla4_V1": 0.3,
            "pd1_half|ctla4_half|regulatory|priming|activation_half|kill_rate|expansion|clearance|recall|memory": 0.3,
        },
        start="L1.S = 5e8; L2.S = 3e8; L3.S = 1e8; L1.R = 1e3; L2.R = 1e3; L1.T = 1e5; L2.T = 1e5; E = 2e6; M = 1e6;",
        tolerances=(1e-6, 1e-4, 1e-2),
    ),
}
"""The models that the command knows how to treat."""


@dataclass(frozen=True)
class Task:
    """One model with its patients.

    Attributes
    ----------
    name : str
        A key of `SETTINGS`.
    source : str
        The model in Antimony.

    Examples
    --------
    >>> task = Task("S", "Ac1 = 0; Ac1' = -CL*Ac1; CL = 0.2; K = 5; V := K;\\nat (time >= 5): Ac1 = 9;")
    >>> task.network.events, task.patients(3).shape, task.volumes
    ((), (3, 2), ('V',))
    """

    name: str
    source: str

    @property
    def setting(self) -> Setting:
        """Doses, volumes and spread."""
        return SETTINGS[self.name]

    @cached_property
    def text(self) -> str:
        """Antimony without events."""
        plain = re.sub(r"(?m)^\s*(\w+: )?at \(.*$", "", self.source).rstrip()
        return f"{plain.removesuffix('end')}\n{self.setting.start}\nend\n" if self.setting.start else plain

    @cached_property
    def sbml(self) -> str:
        """SBML without events."""
        return antimony_to_sbml(self.text)

    @cached_property
    def sbml_with_doses(self) -> str:
        """SBML in which an event at its day gives each dose."""
        given = ", ".join(f"{drug} = {drug} + {amount}" for drug, amount in self.setting.doses.items())
        lines = [f"at (time >= {day}), t0={'true' if day else 'false'}: {given};" for day in DOSE_DAYS]
        return antimony_to_sbml("\n".join([self.text.rstrip().removesuffix("end"), *lines, "end\n"]))

    @cached_property
    def network(self) -> Network:
        """The equations."""
        return read_sbml(self.sbml)

    @cached_property
    def volumes(self) -> tuple[str, ...]:
        """Names whose sum is the total tumour volume."""
        return tuple(name for name, _ in self.network.rules if re.fullmatch(self.setting.volumes, name))

    @cached_property
    def drugs(self) -> tuple[tuple[int, float], ...]:
        """State and amount of each drug given."""
        return tuple((self.network.states.index(drug), amount) for drug, amount in self.setting.doses.items())

    @cached_property
    def varied(self) -> Mapping[str, float]:
        """Parameters that differ between patients, with the standard deviation of their logarithm."""
        return {
            name: sd
            for name in self.network.parameters
            for pattern, sd in self.setting.spread.items()
            if re.fullmatch(pattern, name)
        }

    def patients(self, count: int) -> np.ndarray:
        """Parameters of the first patients, log-normal around the model's own.

        Returns
        -------
        (count, parameters)
        """
        return _patients(self, count)


@cache
def _patients(task: Task, count: int) -> np.ndarray:
    """Drawn once, so that no solver is charged for it."""
    values = np.tile(task.network.defaults, (count, 1))
    for name, sd in task.varied.items():
        column = task.network.parameters.index(name)
        values[:, column] *= np.exp(sd * normal(SEED, np.arange(count), f"benchmark {name}"))
    return values
