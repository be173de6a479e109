"""Settings and roster together."""

from pathlib import Path

import pytest

from reconciler.declaration import read_declaration
from reconciler.errors import InvalidInput

PANELS = Path("panels")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = PANELS / "production" / "members"
    folder.mkdir(parents=True)
    return folder


def put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def problems() -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_declaration(PANELS, "production")
    return [str(problem) for problem in caught.value.problems]


def test_an_environment_and_its_roster_are_read(folder: Path) -> None:
    put(PANELS / "production" / "environment.yaml", "datacenter: eu\napi_key: {env: K}\n")
    put(folder / "team.yaml", "members:\n- emailAddress: Ada@example.org\n  firstName: Ada\n")
    put(folder / "list.csv", "emailAddress\nbob@example.org\n")
    environment, roster = read_declaration(PANELS, "production")
    assert environment.target == "https://api.questionpro.eu/a/api/v2"
    assert roster.files == ("panels/production/members/list.csv", "panels/production/members/team.yaml")
    assert {key: member.source for key, member in roster.members.items()} == {
        "bob@example.org": "panels/production/members/list.csv:2",
        "ada@example.org": "panels/production/members/team.yaml:2",
    }


def test_all_problems_of_all_files_are_told_together(folder: Path) -> None:
    put(PANELS / "production" / "environment.yaml", "datacenter: eu\ngards: {}\n")
    put(folder / "a.yaml", "members: [{emailAddress: x}]\n")
    put(folder / "b.csv", "emailAddress,citty\n")
    (folder / "c.yaml").symlink_to("nowhere.yaml")
    assert [problem.split(": ", 1)[0] for problem in problems()] == [
        "panels/production/environment.yaml",
        "panels/production/environment.yaml:1:1",
        "panels/production/environment.yaml:2:1",
        "panels/production/members/a.yaml:1:26",
        "panels/production/members/b.csv:1:14",
    ]


def test_a_mistake_in_a_member_file_alone_is_told(folder: Path) -> None:
    put(PANELS / "production" / "environment.yaml", "embedded: true\n")
    put(folder / "team.yaml", "members:\n- emailAddress: ada@example.org\n  firstname: Ada\n")
    assert problems() == [
        (
            'panels/production/members/team.yaml:3:3: "firstname" is not a field of the API. '
            '(Did you mean "firstName"?)'
        )
    ]


def test_an_unknown_environment_is_told() -> None:
    assert problems() == [
        (
            'panels: There is no environment "production", nor any other. '
            "(An environment is a folder with an environment.yaml. Name the folder with --panels DIR.)"
        )
    ]
