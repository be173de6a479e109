"""What an editor shows with yaml-language-server and the schemas that `init` writes."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from language_server import LanguageServer
from world import World

pytestmark = pytest.mark.editor

_CASES = Path(__file__).parent.parent / "cases" / "members"
_STATEMENT = re.compile(rb"[ \t]*#[!=] [^\r\n]*")


@pytest.fixture
def team(tmp_path: Path) -> World:
    """A new repository, as `init` writes it."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    world = World(tmp_path)
    assert world.run("init", "--environment", "production=eu").code == 0
    return world


@pytest.fixture
def server(team: World) -> Iterator[LanguageServer]:
    """An editor's language server, started in that repository."""
    with LanguageServer(team.folder) as server:
        yield server


def _with_first_line(path: Path, text: str | bytes) -> Path:
    """A file that keeps its first line, which names the schema."""
    first = path.read_bytes().splitlines()[0]
    path.write_bytes(first + b"\n" + (text.encode() if isinstance(text, str) else text))
    return path


def _is_utf8(text: bytes) -> bool:
    """Editors show nothing else, so the test sends nothing else."""
    return text.decode(errors="replace").encode() == text


def _member_file(team: World) -> Path:
    return next((team.panels / "production" / "members").glob("*.yaml"))


def test_what_init_writes_is_not_underlined(team: World, server: LanguageServer) -> None:
    assert server.underlined(_member_file(team)) == []
    assert server.underlined(team.panels / "production" / "environment.yaml") == []


def test_a_field_that_does_not_exist_is_underlined_and_a_postcode_is_not(
    team: World, server: LanguageServer
) -> None:
    text = "members:\n  - emailAddress: ada@example.org\n    zipCode: 02134\n    fristName: Ada\n"
    [found] = server.underlined(_with_first_line(_member_file(team), text))
    assert (found.line, found.text) == (5, "fristName")
    assert "fristName" in found.message


def test_an_entry_without_an_address_and_a_value_of_a_wrong_kind_are_underlined(
    team: World, server: LanguageServer
) -> None:
    text = "members:\n  - city: Oslo\n  - emailAddress: ada@example.org\n    city: [Oslo]\n"
    missing, wrong = server.underlined(_with_first_line(_member_file(team), text))
    assert (missing.line, wrong.line, wrong.text) == (3, 5, "[Oslo]")
    assert "emailAddress" in missing.message


def test_a_field_that_is_begun_is_completed(team: World, server: LanguageServer) -> None:
    text = "members:\n  - emailAddress: ada@example.org\n    firs\n"
    path = _with_first_line(_member_file(team), text)
    server.underlined(path)
    proposed = server.completions(path, 4, 9)
    assert "firstName" in proposed
    assert "expires" in proposed
    assert "emailAddress" not in proposed


def test_a_setting_is_completed_explained_and_underlined_where_it_is_wrong(
    team: World, server: LanguageServer
) -> None:
    text = "datacenter: eu\napi_key: {env: KEY}\npolicy:\n  on_change: resubmitt\n  \n"
    path = _with_first_line(team.panels / "production" / "environment.yaml", text)
    [found] = server.underlined(path)
    assert (found.line, found.text) == (5, "resubmitt")
    assert "on_remove" in server.completions(path, 6, 3)
    assert "api.questionpro.eu" in server.hover(path, 2, 3)


def test_no_schema_underlines_a_sound_member_file(team: World, server: LanguageServer) -> None:
    template = _member_file(team)
    first = template.read_bytes().splitlines()[0]
    underlined = {}
    for case in sorted(_CASES.glob("*.yaml")):
        text = case.read_bytes()
        if b"#!" not in text and _is_utf8(text):
            path = template.with_name(case.name)
            path.write_bytes(first + b"\n" + _STATEMENT.sub(b"", text))
            underlined[case.name] = [each for each in server.underlined(path) if each.is_by_schema]
    assert len(underlined) > 20
    assert {name: found for name, found in underlined.items() if found} == {}
