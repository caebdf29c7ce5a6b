"""YAML: never executed, bounded, and told from what is not YAML."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remission.errors import Problem, StudyError
from remission.study import load_definition, parse_study
from remission.study.yaml import MOST_BYTES, parse_yaml, read_text

from .conftest import RIGHT


def fault(text: str) -> str:
    with pytest.raises(StudyError) as caught:
        parse_yaml(text, "s.yaml")
    return str(caught.value)


def test_duplicate_keys_are_refused_with_both_lines():
    message = fault("a: 1\nb: 2\na: 3\n")
    assert "s.yaml:3: a key stands twice" in message
    assert "line 1" in message


def test_code_in_yaml_is_refused_and_not_run(tmp_path: Path):
    target = tmp_path / "made"
    message = fault(f"a: !!python/object/apply:pathlib.Path.touch [{target}]\n")
    assert "tags are not allowed" in message
    assert not target.exists()


def test_anchors_are_refused_so_that_nothing_can_multiply():
    assert "anchors are not allowed" in fault("a: &x [1, 2]\nb: [*x, *x]\n")


def test_depth_is_bounded():
    assert "nested too deeply" in fault("[" * 100_000)
    assert "nested too deeply" in fault("[" * 40 + "]" * 40)


def test_text_that_is_not_yaml_says_where():
    message = fault("a: [1\nb: 2\n")
    assert "s.yaml:2: this is not YAML" in message
    assert "tabs" in fault("a:\n\tb: 1\n")
    assert "one study a file" in fault("a: 1\n---\nb: 2\n")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_says_how_to_begin(text):
    assert "remission new" in fault(text)


def test_binary_files_are_not_text(tmp_path: Path):
    path = tmp_path / "picture.yaml"
    for raw in (b"\x89PNG\r\n\x1a\n\x00\x00", b"a: 1\n\x00", bytes(range(256))):
        path.write_bytes(raw)
        with pytest.raises(StudyError, match="not text"):
            load_definition(path)


def test_a_folder_is_not_a_file(tmp_path: Path):
    with pytest.raises(StudyError, match="a folder, not a file"):
        load_definition(tmp_path)


def test_size_is_bounded(tmp_path: Path):
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(StudyError, match="too large"):
        read_text(path)


def problems_of(text: str) -> tuple[Problem, ...]:
    """Problems of a text, none if it is right."""
    try:
        parse_study(text)
    except StudyError as error:
        return error.problems
    return ()


@given(st.text())
def test_any_text_is_refused_but_never_crashes(text):
    assert problems_of(text)


@given(st.integers(0, len(RIGHT) - 1), st.text(max_size=8))
def test_any_damage_is_read_or_refused_with_its_place(place, replacement):
    damaged = RIGHT[:place] + replacement + RIGHT[place + 3 :]
    assert all(problem.where for problem in problems_of(damaged))
