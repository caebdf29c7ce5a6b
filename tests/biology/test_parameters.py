"""The tumour's table: every number sourced, every name known to the mechanism or to the population."""

from __future__ import annotations

import pytest

from remission.biology import load_tumour, mechanism, read_tumour
from remission.errors import StudyError

HEADER = "parameter,value,unit,sd_patient,sd_lesion,low,high,kind,source,evidence,meaning\n"


@pytest.mark.parametrize("tumour", ["melanoma", "lung"])
def test_every_parameter_of_the_mechanism_that_varies_is_in_the_table(tumour):
    model = mechanism()
    drawn_elsewhere = {"extinct_S", "extinct_R"}
    drugs = {name for name in model.parameter if name.startswith(("pd1_", "ctla4_", "lag3_"))} - {"lag3_share"}
    names = (set(model.parameter) | set(model.lesion_parameter)) - drawn_elsewhere - drugs - {"chemo_decay"}
    assert names <= set(load_tumour(tumour))


def test_shares_add_up():
    table = load_tumour("melanoma")
    for prefix in ("lesions_", "site_"):
        assert sum(row.value for name, row in table.items() if name.startswith(prefix)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("growth,0.01,1/day,0,0,0,1,fixed,,read,growth", "no source"),
        ("growth,x,1/day,0,0,0,1,fixed,somewhere,read,growth", "number is missing"),
        ("growth,2,1/day,0,0,0,1,fixed,somewhere,read,growth", "out of bounds"),
        ("growth,0.5,1/day,0,0,0,1,guess,somewhere,read,growth", "unknown kind"),
        ("growth,0.5,1/day,0,0,0,1,fixed,somewhere,heard,growth", "unknown evidence"),
    ],
)
def test_a_faulty_row_is_refused_with_its_line(tmp_path, row, what):
    path = tmp_path / "tumour.csv"
    path.write_text(HEADER + row + "\n")
    with pytest.raises(StudyError, match=what) as error:
        read_tumour(path, "tumour")
    assert "tumour.csv:2" in str(error.value)


def test_an_unknown_tumour_says_which_are_known():
    with pytest.raises(StudyError, match="melanoma"):
        load_tumour("carcinoma of the elbow")


def test_values_change_without_changing_the_table():
    table = load_tumour("melanoma")
    changed = table.with_values({"growth": 0.02, "growth.sd_patient": 0.1})
    assert changed["growth"].value == 0.02
    assert changed["growth"].sd_patient == 0.1
    assert table["growth"].value != 0.02
    assert changed.hash != table.hash
    with pytest.raises(StudyError, match="no such parameter"):
        table.with_values({"grwoth": 1.0})
