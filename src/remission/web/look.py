"""A first look: a few patients simulated in memory, read like a run folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from remission.run.provenance import Provenance, identity_of
from remission.run.summary import summarise
from remission.study import StudyDefinition
from remission.web.view import view


@dataclass(frozen=True)
class TablesInMemory:
    """What a run folder would hold, before it is written.

    Parameters
    ----------
    definition : StudyDefinition
        The study.
    lives : mapping of str to mapping of str to pyarrow.Table
        By arm, then by table.
    """

    definition: StudyDefinition
    lives: Mapping[str, Mapping[str, pa.Table]]

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, in the order of the study."""
        return tuple(self.lives)

    @property
    def provenance(self) -> Provenance:
        """As the folder would state it."""
        study = self.definition
        return Provenance(identity_of(study, study.seed), study.patients, self.arms, "", ())

    def pieces(
        self, name: str, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None
    ) -> Iterator[pa.Table]:
        """A table, arm by arm."""
        for arm in self.arms if arms is None else arms:
            table = self.lives[arm][name]
            yield table if columns is None else table.select(list(columns))

    def table(self, name: str, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """A table of all arms, or of those named."""
        return pa.concat_tables(self.pieces(name, arms, columns)).unify_dictionaries()

    def summary(self) -> dict[str, Any]:
        """The numbers of each arm and contrast."""
        return summarise(self, self.definition)  # type: ignore[arg-type]


def first_look(definition: StudyDefinition) -> dict[str, Any]:
    """Simulate the patients of a study and give what the page draws of them; nothing is written.

    Raises
    ------
    DataError
        If the simulation returns tables that break their schema.
    """
    from remission.clinic import simulate_block

    arms = tuple(arm.name for arm in definition.enabled_arms)
    patients = np.arange(definition.patients, dtype=np.int64)
    lives = simulate_block(definition, seed=definition.seed, patients=patients, arms=arms)
    return view(TablesInMemory(definition, lives))
