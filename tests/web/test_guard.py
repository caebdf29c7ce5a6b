"""Who may talk to the server, how much they may say, and where it may read: each refusal has its test."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from remission.web.guard import MOST_BODY
from remission.web.places import EXPLORED, MOST_EXPLORED, Places
from remission.web.setting import MOST_PATIENTS

OUTSIDE = ["..", "../secret", "/etc", "small/../../secret", "small/..", ".", "", "%2e%2e", "small\\..\\..", "a\0b"]
SETTING = {"study": "keynote-006", "arms": ["ipilimumab"]}


def post(client: TestClient, path: str = "/api/study", **changes: object):
    """Ask with a setting that is fine but for the changes."""
    return client.post(path, json={"setting": {**SETTING, **changes}, "patients": 10, "tab": "a"})


def test_the_page_and_what_it_needs_are_served_with_a_policy(client: TestClient):
    page = client.get("/")
    assert page.status_code == 200
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for path in ("/static/main.js", "/static/page.css", "/palette.css", "/api/choices", "/api/texts/fr", "/api/runs"):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("host", ["evil.example:8765", "127.0.0.1.evil.example:8765", "127.0.0.1", "127.0.0.1:80", ""])
def test_other_host_names_are_refused(client: TestClient, host: str):
    assert client.get("/api/runs", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "LOCALHOST:8765"])
def test_the_names_of_this_computer_are_answered(client: TestClient, host: str):
    assert client.get("/api/runs", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1:8765", "http://127.0.0.1:9999", "null"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_other_origins_are_refused(client: TestClient, origin: str, method: str):
    assert client.request(method, "/api/jobs", headers={"Origin": origin}).status_code == 403


def test_other_sites_may_link_to_the_page_and_no_more(client: TestClient):
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/", headers=foreign).status_code == 200
    assert client.get("/api/runs", headers=foreign).status_code == 403
    assert client.get("/", headers={**foreign, "Sec-Fetch-Mode": "no-cors"}).status_code == 403


def test_long_requests_are_refused_with_and_without_a_length(client: TestClient):
    long = b" " * (MOST_BODY + 1)
    assert client.post("/api/study", content=long).status_code == 413
    assert client.post("/api/study", content=iter([long])).status_code == 413
    assert client.post("/api/study", content=b"1", headers={"Content-Length": "9" * 30}).status_code == 413


@pytest.mark.parametrize(
    "changes",
    [
        {"arms": []},
        {"arms": ["ipilimumab"] * 7},
        {"arms": ["x" * 81]},
        {"visits": 1},
        {"visits": 1.5},
        {"stop": {"kind": "time", "months": 0}},
        {"stop": {"kind": "time", "months": 1e9}},
        {"stop": {"kind": "sometimes"}},
        {"molecule": {"like": "nivolumab", "potency": 0}},
        {"molecule": {"like": "nivolumab", "severe": 100}},
        {"seed": -1},
        {"unknown": 1},
    ],
)
def test_settings_out_of_bounds_are_refused_with_the_place(client: TestClient, changes: dict[str, object]):
    answer = post(client, **changes)
    assert answer.status_code == 422
    problems = answer.json()["problems"]
    assert all(problem["what"] and problem["where"].startswith("setting.") for problem in problems)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"study": "../keynote-006"}, "no such name"),
        ({"arms": ["pembrolizumap"]}, "no such arm"),
        ({"molecule": {"like": "dacarbazine"}}, "no such antibody"),
        ({"study": "checkmate-066", "arms": ["dacarbazine"], "molecule": {"like": "aspirin"}}, "no such antibody"),
    ],
)
def test_names_that_are_not_in_the_catalogue_are_refused(client: TestClient, changes: dict[str, object], what: str):
    answer = post(client, **changes)
    assert answer.status_code == 400
    assert what in answer.json()["problems"][0]["what"]


def test_more_patients_than_the_bound_are_refused(client: TestClient):
    for patients in (0, MOST_PATIENTS + 1, "many"):
        asked = {"setting": SETTING, "patients": patients}
        assert client.post("/api/jobs", json=asked).status_code == 422


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("part", ["", "/study", "/report", "/tables"])
def test_names_that_lead_out_of_the_folder_are_refused(
    client: TestClient, place: Path, small_run: Path, name: str, part: str
):
    shutil.copytree(small_run, place / "small")
    shutil.copytree(small_run, place.parent / "secret")
    answer = client.get(f"/api/run{part}", params={"name": name})
    assert answer.status_code == 409
    assert "no such run" in answer.json()["problems"][0]["what"]


def test_links_are_neither_listed_nor_followed(client: TestClient, place: Path, small_run: Path, tmp_path: Path):
    shutil.copytree(small_run, tmp_path / "secret")
    (place / "linked").symlink_to(tmp_path / "secret", target_is_directory=True)
    shutil.copytree(small_run, place / "inside")
    study = place / "inside" / "study.yaml"
    study.unlink()
    study.symlink_to(tmp_path / "secret" / "study.yaml")
    assert client.get("/api/runs").json()["runs"] == ["inside"]
    assert client.get("/api/run/study", params={"name": "linked"}).status_code == 409
    answer = client.get("/api/run/study", params={"name": "inside"})
    assert answer.status_code == 409
    assert "link" in answer.json()["problems"][0]["what"]


def test_static_files_cannot_be_led_outside(client: TestClient):
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2fserver.py", "/static//etc/passwd"):
        assert client.get(path).status_code == 404, path


def test_the_server_writes_through_no_link(client: TestClient, place: Path, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (place / EXPLORED).symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    answer = post(client, "/api/jobs")
    assert answer.status_code == 409
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_run_of_a_later_version_says_which_version_reads_it(client: TestClient, place: Path, small_run: Path):
    from remission.run.seal import sealed_json

    folder = shutil.copytree(small_run, place / "later")
    document = json.loads((folder / "provenance.json").read_text())
    document = {key: value for key, value in document.items() if key != "checksum"} | {"format": 99, "version": "9.9"}
    (folder / "provenance.json").write_bytes(sealed_json(document))
    answer = client.get("/api/run", params={"name": "later"})
    assert answer.status_code == 409
    assert "9.9" in answer.json()["problems"][0]["next_step"]


def test_old_explored_runs_are_tidied_and_others_are_not(place: Path):
    names = [f"keynote-006-{number:012x}" for number in range(MOST_EXPLORED + 3)]
    for folder in (*(place / EXPLORED / name for name in names), place / EXPLORED / "mine", place / "kept"):
        folder.mkdir(parents=True)
        (folder / "provenance.json").write_text("{}")
    Places(place).tidy(frozenset({f"{EXPLORED}/{name}" for name in names[:1]}))
    left = {path.name for path in (place / EXPLORED).iterdir()}
    assert "mine" in left
    assert (place / "kept").is_dir()
    assert MOST_EXPLORED <= len(left & set(names)) <= MOST_EXPLORED + 1
