"""GitHub's `createCommitOnBranch` in a bare repository: a commit of GitHub's own on a branch's tip."""

import os
import subprocess
import tempfile
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

MOST_COMMITTED = 40_000_000
GITHUB = "noreply@github.com"  # who commits what GitHub signs

Answer: TypeAlias = tuple[int, dict[str, Any]]
"""The HTTP status and the document."""


def commit_on_branch(origin: Path, fields: Mapping[str, Any], protected: frozenset[str]) -> Answer:
    """`createCommitOnBranch` in a bare repository; the answer has HTTP 200 also where it fails."""
    wanted = fields["variables"]["input"]
    branch, additions = wanted["branch"]["branchName"], wanted["fileChanges"]["additions"]
    tip = _git(origin, {}, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
    if sum(len(each["contents"]) for each in additions) > MOST_COMMITTED:
        return 413, {"message": "Payload too large"}
    if not tip:
        return _error("NOT_FOUND", f"Could not resolve to a Ref with the name '{branch}'.")
    if tip != wanted["expectedHeadOid"]:
        expected = wanted["expectedHeadOid"]
        return _error(
            "STALE_DATA",
            f'Expected branch to point to "{expected}" but it did not. Pull and try again.',
        )
    if branch in protected:
        return _error("UNPROCESSABLE", "Repository rule violations found: a pull request is required.")
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        _git(origin, index, "read-tree", tip)
        for each in additions:
            content = b64decode(each["contents"], validate=True)
            blob = _git(origin, {}, "hash-object", "-w", "--stdin", stdin=content)
            _git(origin, index, "update-index", "--add", "--cacheinfo", f"100644,{blob},{each['path']}")
        tree = _git(origin, index, "write-tree")
    headline = wanted["message"]["headline"]
    commit = _git(origin, _SIGNER, "commit-tree", tree, "-p", tip, "-m", headline)
    _git(origin, {}, "update-ref", f"refs/heads/{branch}", commit, tip)
    return 200, {"data": {"createCommitOnBranch": {"commit": {"oid": commit}}}}


_SIGNER = {
    "GIT_AUTHOR_NAME": "github-actions[bot]",
    "GIT_AUTHOR_EMAIL": "41898282+github-actions[bot]@users.noreply.github.com",
    "GIT_COMMITTER_NAME": "GitHub",
    "GIT_COMMITTER_EMAIL": GITHUB,
}


def _git(origin: Path, variables: Mapping[str, str], *arguments: str, stdin: bytes = b"") -> str:
    done = subprocess.run(
        ["git", "-C", str(origin), *arguments],
        input=stdin,
        env={**os.environ, **variables},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def _error(kind: str, message: str) -> Answer:
    errors = [{"type": kind, "path": ["createCommitOnBranch"], "message": message}]
    return 200, {"data": {"createCommitOnBranch": None}, "errors": errors}
