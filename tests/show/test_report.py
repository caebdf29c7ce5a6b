"""The page: whole, small, self-contained, honest, and harmless whatever the names in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from remission.errors import RunError
from remission.show.compare import compare
from remission.show.report import MOST_BYTES, report_html, write_figure, write_report
from remission.show.results import published_results, read_arms, result_of
from remission.show.table import run_table
from remission.texts import Words
from remission.units import DAYS_PER_MONTH

from .conftest import Page
from .synthetic import IPILIMUMAB, PEMBROLIZUMAB, REVIEW_LATER_DAY, MadeArm, MadeRun, make_run

SECTIONS = (
    "result",
    "survival",
    "response",
    "care",
    "courses",
    "freedom",
    "toxicity",
    "patient",
    "counted",
    "made",
)


def test_page_is_small(page: Page) -> None:
    assert len(page.source.encode()) < MOST_BYTES


def test_nothing_is_loaded(page: Page) -> None:
    assert not {element.tag for element in page.elements} & {
        "script",
        "link",
        "iframe",
        "img",
        "object",
        "embed",
    }
    for element in page.elements:
        for name in ("src", "href", "xlink:href", "data", "srcset"):
            assert element.attributes.get(name, "#").startswith("#"), element
    assert "@import" not in page.source
    assert re.findall(r"url\((?!#)", page.source) == []


def test_tags_match(page: Page) -> None:
    assert page.faults == []


def test_every_section_is_there_and_linked(page: Page) -> None:
    assert [element.attributes["id"] for element in page.named("section") if "id" in element.attributes] == [*SECTIONS]
    links = [element.attributes["href"] for element in page.named("a")]
    assert {f"#{name}" for name in SECTIONS} <= set(links)


def test_identifiers_are_unique_and_references_hold(page: Page) -> None:
    names = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(names) == len(set(names))
    for element in page.elements:
        for name in ("href", "xlink:href"):
            assert element.attributes.get(name, "#" + names[0])[1:] in names
        for name in element.attributes.get("aria-labelledby", names[0]).split():
            assert name in names


def test_drawings_have_words_for_those_who_do_not_see_them(page: Page) -> None:
    drawings = page.named("svg")
    assert len(drawings) >= 12
    assert all(drawing.attributes.get("role") == "img" for drawing in drawings)
    titles = [element.text.strip() for element in page.named("title")][1:]
    descriptions = [element.text.strip() for element in page.named("desc")]
    assert len(titles) == len(descriptions) == len(drawings)
    assert all(titles)
    assert all(len(description) > 20 for description in descriptions)


def test_headings_go_down_one_level_at_a_time(page: Page) -> None:
    levels = [int(element.tag[1]) for element in page.elements if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_page_says_that_it_is_for_research_only(page: Page) -> None:
    assert page.source.count("Research use only") == 2


def test_numbers_are_those_of_the_summary(page: Page, summary: dict[str, Any]) -> None:
    cells = [cells for _, cells in page.rows()]
    for arm in summary["arms"].values():
        expected = [
            ["Objective response", f"{arm['ORR']:.1f} %", f"{arm['ORR_low']:.1f}–{arm['ORR_high']:.1f}"],
            [
                "Alive at 24 months",
                f"{arm['OS']['24']:.1f} %",
                f"{arm['OS_low']['24']:.1f}–{arm['OS_high']['24']:.1f}",
            ],
            ["Median overall survival", f"{arm['median_OS']:.1f} mo"],
        ]
        for wanted in expected:
            assert any(all(part in row for part in wanted) for row in cells), wanted


def test_misses_are_marked_and_only_misses(page: Page, run: MadeRun, summary: dict[str, Any]) -> None:
    judged = {
        (f"{one.value:.2f}" if one.unit == "ratio" else f"{one.value:.1f}", row.verdict)
        for one, row in ((row.published, row) for row in compare(published_results(run.definition), summary))
        if row.verdict in ("met", "missed")
    }
    rows = [(state, cells) for state, cells in page.rows() if len(cells) == 8 and cells[5] in ("met", "missed")]
    assert {"met", "missed"} == {state for state, _ in rows}
    for state, cells in rows:
        assert cells[5] == state
        assert cells[6].split(",")[0] in ("read", "computed", "recalled")
    shown = {(cells[1].split()[0], state) for state, cells in rows}
    assert judged <= shown


def test_what_was_fitted_is_no_validation(page: Page) -> None:
    assert "agreement with them is no validation" in page.source
    assert any("fitted" in cells[6] for _, cells in page.rows() if len(cells) == 8)


def test_progression_by_irrc_stands_beside_irecist(run: MadeRun, summary: dict[str, Any]) -> None:
    rows = {
        (row.published.arm, row.published.endpoint, row.published.value): row
        for row in compare(published_results(run.definition), summary)
    }
    by_irrc = rows["pembrolizumab", "median_iPFS", 8.4]
    assert by_irrc.published.criterion.measure == "irRC"
    assert by_irrc.simulated.value == summary["arms"]["pembrolizumab"]["median_iPFS"]
    by_recist = rows["ipilimumab", "median_PFS", 2.8]
    assert str(by_recist.published.criterion) == "RECIST 1.1, central"
    assert by_recist.simulated.value is None, "of a central review the summary of a run says nothing"
    reviewed, _ = result_of(run, read_arms(run, run.definition, Words()), published_results(run.definition))
    central = reviewed["arms"]["ipilimumab"]["central_median_PFS"]
    later = REVIEW_LATER_DAY / DAYS_PER_MONTH
    assert central == pytest.approx(summary["arms"]["ipilimumab"]["median_PFS"] + later, abs=0.1)


def test_without_published_results_the_heading_does_not_promise_any() -> None:
    shown = report_html(make_run([replace(PEMBROLIZUMAB, patients=8)], failed=0))
    assert "Published and simulated" not in shown
    assert "Simulated results" in shown


def test_twins_are_told_of_their_intervals(run: MadeRun) -> None:
    provenance = replace(run.provenance, identity=replace(run.provenance.identity, filled="twins"))
    twins = replace(run, provenance=provenance)
    assert "which is conservative" in report_html(twins)
    assert "which is" in run_table(twins)
    assert "which is conservative" not in report_html(run)


def test_an_arm_of_nobody_is_named() -> None:
    empty = MadeArm("empty", "Empty", 0, 0.1, 300.0, 0.1, 84.0)
    made = make_run([replace(PEMBROLIZUMAB, patients=12), empty], failed=0)
    assert "Empty: nobody was followed" in run_table(made)
    assert "Arms in which nobody was followed: Empty." in report_html(made)


def test_the_made_up_run_misses_what_it_must(page: Page) -> None:
    """The invented median survival is far above the published 32.7 months."""
    state, cells = next((s, c) for s, c in page.rows() if c and c[0] == "Median overall survival")
    assert cells[1] == "32.7 mo"
    assert state == "missed"
    assert "missed" in cells


def test_failed_patients_are_counted_with_their_reason(page: Page) -> None:
    row = next(cells for _, cells in page.rows() if cells[0].endswith("pembrolizumab") and len(cells) == 8)
    assert row[1:4] == ["120", "118", "2"]
    assert "the solver could not take the step (2)" in row[-1]
    assert "4 patients could not be simulated" in page.source


def test_study_file_stands_in_the_page_word_for_word(page: Page, run: MadeRun) -> None:
    assert any(element.text == run.definition.text for element in page.named("pre"))


def test_origin_is_told(page: Page, run: MadeRun) -> None:
    known = run.provenance.document()
    for name in ("study_hash", "parameters_hash", "command"):
        assert known[name] in page.source


def test_same_run_gives_the_same_bytes(run: MadeRun, page: Page) -> None:
    assert report_html(run) == page.source


HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', r"$\frac{1}{0}$ & {{ 7 * 7 }}")


def test_names_never_become_markup() -> None:
    arms = [MadeArm(label, label, 6, 0.5, 800.0, 0.5, 300.0) for label in HOSTILE]
    text = "</pre></details><script>alert(2)</script>"
    made = make_run(arms, failed=1, title="<b onload=alert(3)>A title</b>")
    made = replace(made, definition=replace(made.definition, text=text))
    shown = Page(report_html(made))
    assert shown.faults == []
    assert not {element.tag for element in shown.elements} & {"script", "img"}
    assert not [name for element in shown.elements for name in element.attributes if name.startswith("on")]
    headings = [element.text for element in shown.named("h3")]
    assert all(any(label in heading for heading in headings) for label in HOSTILE)
    assert any(element.text == text for element in shown.named("pre"))
    in_drawings = [element.text for element in shown.named("text")]
    assert all(label in in_drawings for label in HOSTILE)


def test_one_patient_is_enough() -> None:
    shown = Page(report_html(make_run([replace(PEMBROLIZUMAB, patients=1)], failed=0)))
    assert shown.faults == []
    assert "1 virtual patients" in shown.source
    assert [element.attributes["id"] for element in shown.named("section") if "id" in element.attributes] == [*SECTIONS]


def test_arm_without_responders() -> None:
    none = replace(IPILIMUMAB, patients=20, response=0.0, name="none", label="None")
    shown = Page(report_html(make_run([none], failed=0, follow_up_day=300.0)))
    assert shown.faults == []
    assert "0.0 %" in shown.source
    assert "nobody responded" in shown.source


def test_nobody_followed_is_said() -> None:
    shown = Page(report_html(make_run([replace(PEMBROLIZUMAB, patients=3)], failed=3)))
    assert shown.faults == []
    assert "No patient could be followed" in shown.source
    assert not shown.named("svg")
    assert "the solver could not take the step (3)" in shown.source


def test_an_arm_of_failures_beside_a_good_one() -> None:
    bad = MadeArm("bad", "Bad", 2, 0.1, 300.0, 0.1, 84.0)
    shown = Page(report_html(make_run([replace(PEMBROLIZUMAB, patients=12), bad], failed=2)))
    assert shown.faults == []
    assert "Waterfall plot, Pembrolizumab" in shown.source
    assert "Waterfall plot, Bad" not in shown.source


def test_page_is_written_whole(run: MadeRun, page: Page, tmp_path: Path) -> None:
    written = write_report(run, tmp_path / "a" / "report.html")
    assert written.read_text() == page.source
    assert os.listdir(written.parent) == ["report.html"]


def test_place_that_cannot_be_written_is_an_error(run: MadeRun, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        write_report(run, tmp_path / "file" / "report.html")


def test_a_full_disk_leaves_no_half_page(run: MadeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(path: Path, text: str, **asked: Any) -> int:
        path.write_bytes(text.encode()[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(RunError, match="No space left"):
        write_report(run, tmp_path / "report.html")
    assert os.listdir(tmp_path) == []


def test_pyplot_and_pandas_are_not_loaded() -> None:
    """They hold global state and cost start-up time; the public names load nothing by themselves."""
    code = (
        "import sys, remission.show as show; assert 'matplotlib' not in sys.modules; "
        "import remission.show.drawings; "
        "print([m for m in ('matplotlib.pyplot', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_unknown_attribute_is_refused() -> None:
    import remission.show

    with pytest.raises(AttributeError):
        _ = remission.show.nothing


def test_study_without_published_results_has_no_verdicts() -> None:
    made = make_run([replace(PEMBROLIZUMAB, patients=8)], failed=0)
    assert published_results(SimpleNamespace(published=None, arms=())) == []
    assert "No published result was named" in report_html(made)


def test_drawing_stands_alone_as_a_file(run: MadeRun, tmp_path: Path) -> None:
    from xml.etree import ElementTree

    written = write_figure(run, "os", tmp_path / "os.svg")
    drawing = ElementTree.parse(written).getroot()
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in written.read_text()


def test_unknown_drawing_is_refused_with_the_known_ones(run: MadeRun, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="waterfall-0"):
        write_figure(run, "waterfal", tmp_path / "x.svg")
    assert os.listdir(tmp_path) == []


def test_every_drawing_is_well_formed_xml(page: Page) -> None:
    from xml.etree import ElementTree

    for drawing in re.findall(r"<svg.*?</svg>", page.source, flags=re.DOTALL):
        ElementTree.fromstring(drawing)


def test_command_for_one_drawing_wants_three_words() -> None:
    from remission.errors import RemissionError
    from remission.show.__main__ import main

    with pytest.raises(RemissionError, match="three words"):
        main(["run"])
