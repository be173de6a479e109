"""The stand-in as a process of its own, as workflows that are run on this machine use it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

_HEADERS = {"Authorization": "Bearer any-token"}
_COMMENTS = "/repos/anybody/anything/issues/7/comments"


@contextmanager
def running(repo: Path, data: Path) -> Iterator[httpx.Client]:
    program = repo / "tests" / "support" / "github_stand_in.py"
    with subprocess.Popen(
        [sys.executable, program, "--port", "0", "--data", data], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        try:
            with httpx.Client(base_url=address, headers=_HEADERS, trust_env=False) as client:
                yield client
        finally:
            process.terminate()


def test_it_keeps_what_it_is_told_from_one_run_to_the_next(repo: Path, tmp_path: Path) -> None:
    data = tmp_path / "state.json"
    with running(repo, data) as client:
        assert client.post(_COMMENTS, json={"body": "3 to add"}).status_code == 201
        client.post("/_pulls", json={"sha": "4f6b5a1", "pulls": [{"number": 7}]})
    with running(repo, data) as client:
        (pull,) = client.get("/repos/anybody/anything/commits/4f6b5a1/pulls").json()
        assert (pull["number"], pull["merged_at"]) == (7, "2026-11-23T09:00:00Z")
        state = client.get("/_state").json()
    assert [comment["body"] for comment in state["comments"]] == ["3 to add"]
    assert state["calls"][0] == f"POST {_COMMENTS} → 201"


def test_it_fails_when_it_is_told_to_and_wants_a_token(repo: Path, tmp_path: Path) -> None:
    with running(repo, tmp_path / "state.json") as client:
        client.post("/_faults", json={"count": 1, "status": 403, "methods": ["POST"], "message": "No"})
        assert client.get(_COMMENTS).status_code == 200
        refused = client.post(_COMMENTS, json={"body": "3 to add"})
        assert (refused.status_code, refused.json()["message"]) == (403, "No")
        assert client.post(_COMMENTS, json={"body": "3 to add"}).status_code == 201
        assert client.get(_COMMENTS, headers={"Authorization": ""}).status_code == 401
