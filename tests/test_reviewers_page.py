"""The page for reviewers shows what pull requests really get."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from plain_git import git

from reconciler.declaration import read_declaration
from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Lockfile, Outcome, Present

_REPOSITORY = Path(__file__).resolve().parent.parent
_PAGE = _REPOSITORY / "docs" / "for-reviewers.md"
_RUN = "https://github.com/team/panels/actions/runs/4711"
_PUSHED = "2026-11-23T09:00:00Z"
_CUSTOMERS = "panels/production/members/customers.yaml"
_NEWSLETTER = "panels/production/members/newsletter.csv"
_READER = "gaston.leroy@example.net,Gaston,Leroy,69002,Newsletter\n"
_TWO_MORE = """
  - emailAddress: grace@example.org
    firstName: Grace
    lastName: Okoye

  - emailAddress: henrik.dahl@example.com
    firstName: Henrik
    lastName: Dahl
    zipCode: 0150
"""
_COMMIT = re.compile(r"(?<=\()[0-9a-f]{12}(?=\))|(?<=checkout )[0-9a-f]{12}")


class ExamplePullRequest:
    """A repository whose main declares the example panels and one reader more; a branch is checked out."""

    def __init__(self, folder: Path, *, is_reader_pending: bool = False) -> None:
        """Make it; everybody in production is pushed, the reader too unless they are pending."""
        self._folder = folder
        left_out = shutil.ignore_patterns(".reconciler", "state.lock.json")
        shutil.copytree(_REPOSITORY / "panels", folder / "panels", ignore=left_out)
        git(folder, "init", "--quiet", "--initial-branch=main")
        if is_reader_pending:
            self._push_all()
        self._replace(_NEWSLETTER, r"\Z", _READER)
        if not is_reader_pending:
            self._push_all()
        self._commit("A reader more")
        git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
        git(folder, "switch", "--quiet", "--create", "change")

    def hire_correct_and_take_out(self) -> None:
        """Declare two customers more, correct a third one's postcode, and take a fourth out."""
        self._replace(_CUSTOMERS, "41004", "41012")
        self._replace(_CUSTOMERS, r"(?s)  - emailAddress: bertil.*?\n\n", "")
        self._replace(_CUSTOMERS, r"\Z", _TWO_MORE)
        self._commit("Customers of September")

    def take_four_out(self) -> None:
        """Declare neither the three customers nor the last reader any more."""
        self._replace(_CUSTOMERS, r"(?s)members:.*", "members: []\n")
        self._replace(_NEWSLETTER, _READER, "")
        self._commit("No customers")

    def edit_the_lockfile(self) -> None:
        """Claim something of everybody that no answer proved."""
        self._replace("panels/production/state.lock.json", "unattributed", "added")
        self._commit("Mend the lockfile")

    def mistype_a_field(self) -> None:
        """Write a field's name wrong."""
        self._replace(_CUSTOMERS, "firstName: Ada", "firstname: Ada")
        self._commit("A slip")

    def comment(self) -> str:
        """What plan.yml would post; commits have a name that is the same every day."""
        line = (
            "--all",
            "--base",
            "origin/main",
            "--format",
            "markdown",
            "--max-bytes",
            "60000",
            "--link",
            _RUN,
        )
        printed = subprocess.run(
            [sys.executable, "-m", "reconciler", "plan", *line],
            cwd=self._folder,
            env={**os.environ, "CI": "true"},
            capture_output=True,
            check=False,
        ).stdout.decode()
        return _COMMIT.sub("21d6d5717aad", printed)

    def _push_all(self) -> None:
        environment, roster, *_ = read_declaration(self._folder / "panels", "production")
        members = {
            key: Present(Outcome.UNATTRIBUTED, _PUSHED, declared.attributes)
            for key, declared in roster.members.items()
        }
        lockfile = Lockfile(environment.name, environment.target, members)
        environment.lockfile_path.write_bytes(encode(lockfile))

    def _replace(self, path: str, pattern: str, text: str) -> None:
        file = self._folder / path
        before = file.read_text(encoding="utf-8")
        file.write_text(re.sub(pattern, lambda _: text, before), encoding="utf-8")

    def _commit(self, message: str) -> None:
        git(self._folder, "add", "--all")
        git(self._folder, "commit", "--quiet", "--message", message)


def _shown(heading: str, until: str) -> list[str]:
    """The blocks of markdown between two headings."""
    _, _, rest = _PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    part, found, _ = rest.partition(f"\n## {until}\n")
    assert found
    return re.findall(r"^```markdown\n(.*?)^```", part, re.MULTILINE | re.DOTALL)


def _missing(blocks: list[str], comment: str) -> list[str]:
    """The blocks that don't stand in the comment, one behind the other."""
    missing = []
    for block in blocks:
        _, found, rest = comment.partition(block)
        if found:
            comment = rest
        else:
            missing.append(block)
    return missing


def test_the_page_reads_a_real_comment_from_its_first_line_to_its_last(tmp_path: Path) -> None:
    pull_request = ExamplePullRequest(tmp_path, is_reader_pending=True)
    pull_request.hire_correct_and_take_out()
    blocks = _shown("The first lines", until="Warnings")
    assert len(blocks) == 6
    assert _missing(blocks, pull_request.comment()) == []


@pytest.mark.parametrize(
    ("heading", "until", "change"),
    [
        ("Refusals", "Mistakes", ExamplePullRequest.take_four_out),
        ("Mistakes", "Never edit a lockfile", ExamplePullRequest.mistype_a_field),
        ("Never edit a lockfile", "After the merge", ExamplePullRequest.edit_the_lockfile),
    ],
    ids=["refusals", "mistakes", "lockfile"],
)
def test_the_page_shows_what_such_a_pull_request_gets(
    heading: str, until: str, change: Callable[[ExamplePullRequest], None], tmp_path: Path
) -> None:
    pull_request = ExamplePullRequest(tmp_path)
    change(pull_request)
    blocks = _shown(heading, until=until)
    assert len(blocks) == 1
    assert _missing(blocks, pull_request.comment()) == []
