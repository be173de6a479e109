"""What the pages say exists: commands, options, files, headings, exit codes and outcomes."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from command_reference import PAGE, commands, help_of, reference

from reconciler import errors
from reconciler.apply.report import Counts

_REPOSITORY = Path(__file__).resolve().parent.parent
_PAGES = sorted([*_REPOSITORY.glob("*.md"), *_REPOSITORY.glob("docs/**/*.md")])
_CODE = re.compile(r"^```.*?\n(?P<block>.*?)^```|`(?P<span>[^`\n]+)`", re.MULTILINE | re.DOTALL)


class Usage(NamedTuple):
    """A command as a page writes it: the words behind `reconciler`."""

    page: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: reconciler {' '.join(self.words)}"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _usages() -> tuple[Usage, ...]:
    """Each command that stands in code on a page, up to the end of the line or of the command."""
    return tuple(
        Usage(page.name, tuple(words.split()))
        for page in _PAGES
        for code in _CODE.finditer(_read(page))
        for words in re.findall(
            r"(?<![\w./-])(?:\.venv/bin/)?reconciler ([a-z-][^\n&|;>`#]*)", code["block"] or code["span"]
        )
    )


def _command_of(usage: Usage) -> tuple[str, ...] | None:
    words = list(usage.words)
    if words[0] == "--panels":
        del words[:2]
    return next((tuple(words[:count]) for count in (1, 2) if tuple(words[:count]) in commands()), None)


def _is_global(usage: Usage) -> bool:
    return usage.words[0] in {"--version", "--help"}


def test_the_pages_name_no_command_that_does_not_exist() -> None:
    assert _usages()
    assert not [str(usage) for usage in _usages() if not _is_global(usage) and _command_of(usage) is None]


def test_the_pages_name_no_option_that_does_not_exist() -> None:
    wrong = []
    for usage in _usages():
        known = re.findall(r"--[a-z][a-z-]*", help_of() + help_of(*(_command_of(usage) or ())))
        options = [word.split("=")[0] for word in usage.words if word.startswith("--")]
        wrong += [f"{usage}: {option}" for option in options if option not in known]
    assert wrong == []


def test_the_readme_mentions_each_command() -> None:
    readme = _read(_REPOSITORY / "README.md")
    assert not [command for command in map(" ".join, commands()) if f"reconciler {command}" not in readme]


def test_the_reference_says_what_help_says() -> None:
    assert _read(PAGE) == reference(), "write it anew: python tests/support/command_reference.py"


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(_REPOSITORY)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(_CODE, "", _read(page))):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (heading and heading not in _headings(target)):
            broken.append(link)
    assert broken == []


def _headings(page: Path) -> set[str]:
    """The names by which a page's headings can be linked to."""
    titles = re.findall(r"^#+ (.+)$", _read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_readme_begins_with_the_commands_that_the_checks_run() -> None:
    commands = re.findall(r'^\w+_command="(.*)"$', _read(_REPOSITORY / ".ci" / "run"), re.MULTILINE)
    assert len(commands) == 2
    readme = _read(_REPOSITORY / "README.md")
    assert not [command for command in commands if command not in readme]


def test_each_decision_is_listed_and_says_why_what_and_what_follows() -> None:
    index = _read(_REPOSITORY / "docs" / "decisions" / "README.md")
    decisions = sorted(_REPOSITORY.glob("docs/decisions/[0-9]*.md"))
    assert decisions
    for decision in decisions:
        text = _read(decision)
        [(number, title)] = re.findall(r"\A# (\d{4}): (.*)", text)
        assert f"[{number}]({decision.name}) | {title} |" in index
        parts = re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences"]


def test_the_page_on_outcomes_has_each_word_of_the_report() -> None:
    page = _read(_REPOSITORY / "docs" / "outcomes.md")
    assert not [word for word in Counts._fields if f"\n| `{word}` | " not in page]


def test_the_page_on_outcomes_has_each_exit_code() -> None:
    section = _read(_REPOSITORY / "docs" / "outcomes.md").partition("## Exit codes")[2]
    shown = {int(code) for code in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)}
    assert shown == {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
