"""The value of the time gained beside a run: made once from accepted populations, read by the report."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from remission.biology import accepted_sets
from remission.road.read import lives_of_run, lives_simulated
from remission.road.value import (
    ARMS,
    OUTCOMES,
    PARTS,
    STOOD,
    Number,
    TimeGainedValue,
    value,
    value_of_populations,
)
from remission.run.seal import sealed_json, unsealed
from remission.run.shapes import number, one_of, record, refuse_other, section, text

NAME = "time-gained.json"
POPULATION_PATIENTS = 500


def value_of_run(folder: Any) -> TimeGainedValue:
    """What was made for this very run, else a bootstrap over its patients.

    Raises
    ------
    StudyError
        If the study has no ``time_gained``.
    RunError
        If the folder lacks one of its arms, or is damaged.
    """
    store, identity = getattr(folder, "store", None), folder.provenance.identity
    if store is not None and store.size(NAME) is not None:
        document = unsealed(store.read(NAME), NAME)
        refuse_other(document, _DOCUMENT, NAME, "the file is not what a molecule adds to a run")
        if document["key"] == identity.key and document["patients"] == folder.provenance.patients:
            return _from_document(document["value"])
    return value(lives_of_run(folder), identity.seed)


def make_value(folder: Any, patients: int = POPULATION_PATIENTS) -> TimeGainedValue:
    """Intervals from the accepted populations of the tumour, kept beside the run; a bootstrap where there are none.

    Parameters
    ----------
    folder : RunFolder
    patients : int
        Simulated of each population.
    """
    study, identity = folder.definition, folder.provenance.identity
    arms = lives_of_run(folder)
    tables = accepted_sets(study.tumour)
    if not tables:
        return value(arms, identity.seed)
    # Each population has patients of its own, so that their spread holds the luck of the draw too.
    seeds = [(identity.seed + place) % 2**64 for place in range(1, len(tables) + 1)]
    pairs = zip(tables, seeds, strict=True)
    found = value_of_populations(arms, [lives_simulated(study, seed, patients, table) for table, seed in pairs])
    document = {"key": identity.key, "patients": folder.provenance.patients, "value": asdict(found)}
    folder.store.write(NAME, sealed_json(document))
    return found


_NUMBER = record(dict.fromkeys(("value", "low", "high"), number))
_VALUE = record(
    {
        "stood": record(dict.fromkeys(ARMS, record(dict.fromkeys(STOOD, _NUMBER)))),
        "parts": record(dict.fromkeys(OUTCOMES, record(dict.fromkeys(PARTS, _NUMBER)))),
        "intervals": one_of("patients", "populations"),
        "populations": number,
    }
)
_DOCUMENT = section({"key": text, "patients": number, "value": _VALUE}, needed=("key", "patients", "value"))


def _from_document(document: dict[str, Any]) -> TimeGainedValue:
    def numbers(group: dict[str, dict[str, dict[str, float]]]) -> dict[str, dict[str, Number]]:
        return {of: {name: Number(**one) for name, one in found.items()} for of, found in group.items()}

    return TimeGainedValue(
        numbers(document["stood"]), numbers(document["parts"]), document["intervals"], document["populations"]
    )
