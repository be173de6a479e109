"""The page for reviewers shows what pull requests really get."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from example_pull_request import ExamplePullRequest

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "for-reviewers.md"


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
