"""Settings and roster together."""

from pathlib import Path

import pytest

from reconciler.declaration import read_declaration, try_declaration
from reconciler.errors import InvalidInput
from reconciler.problems import Severity
from reconciler.suppression.model import Secret

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
    environment, roster, *_ = read_declaration(PANELS, "production")
    assert environment.target == "https://api.questionpro.eu/a/api/v2"
    assert roster.files == ("panels/production/members/list.csv", "panels/production/members/team.yaml")
    assert {key: member.source for key, member in roster.members.items()} == {
        "bob@example.org": "panels/production/members/list.csv:2",
        "ada@example.org": "panels/production/members/team.yaml:2",
    }


def test_all_problems_of_all_files_are_shown_together(folder: Path) -> None:
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


def test_a_mistake_in_a_member_file_alone_is_shown(folder: Path) -> None:
    put(PANELS / "production" / "environment.yaml", "embedded: true\n")
    put(folder / "team.yaml", "members:\n- emailAddress: ada@example.org\n  firstname: Ada\n")
    assert problems() == [
        (
            'panels/production/members/team.yaml:3:3: "firstname" is not a field of the API. '
            '(Did you mean "firstName"?)'
        )
    ]


def test_an_unknown_environment_is_a_mistake() -> None:
    assert problems() == [
        (
            'panels: There is no environment "production", nor any other. '
            "(An environment is a folder with an environment.yaml. Name the folder with --panels DIR, "
            "or in the variable RECONCILER_PANELS.)"
        )
    ]


class TestSuppression:
    """Who is on a list and in a member file."""

    SECRET = "0123456789abcdef"
    HASH = f"hmac-sha256:{Secret(SECRET).hash_of('ada@example.org')}"

    @pytest.fixture(autouse=True)
    def declared(self, folder: Path) -> None:
        put(PANELS / "production" / "environment.yaml", "embedded: true\nsuppression_secret: {env: PEPPER}\n")
        put(folder / "team.yaml", "members:\n- firstName: Ada\n  emailAddress: Ada@example.org\n")

    def suppress(self, *entries: str) -> None:
        put(PANELS / "production" / "suppressed.txt", "\n".join(entries))

    def refused(self, file: str, line: int = 1) -> str:
        return (
            f"panels/production/members/{file}: Ada@example.org is suppressed and must not be added again: "
            f"panels/production/suppressed.txt:{line}. "
            "(Remove this entry. If they agree, you can take them off that list instead.)"
        )

    def test_a_suppressed_member_is_a_mistake_at_its_place(self, folder: Path) -> None:
        self.suppress("# Left", "ada@example.org")
        put(folder / "list.csv", "city,emailAddress\nBonn,Ada@example.org\n")
        with pytest.raises(InvalidInput) as caught:
            read_declaration(PANELS, "production")
        assert [str(problem) for problem in caught.value.problems] == [
            self.refused("list.csv:2:6", 2),
            self.refused("team.yaml:3:17", 2),
        ]
        assert [problem.excerpt and problem.excerpt.text for problem in caught.value.problems] == [
            "Bonn,Ada@example.org",
            "  emailAddress: Ada@example.org",
        ]

    def test_one_who_has_expired_is_so_too(self, folder: Path) -> None:
        self.suppress("ada@example.org")
        put(folder / "team.yaml", "members:\n- {emailAddress: Ada@example.org, expires: 2001-01-01}\n")
        assert problems() == [self.refused("team.yaml:2:18")]

    def test_a_hash_is_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.suppress(self.HASH)
        monkeypatch.setenv("PEPPER", self.SECRET)
        assert problems() == [self.refused("team.yaml:3:17")]

    def test_without_the_secret_there_are_warnings_and_nobody_may_be_added(self) -> None:
        self.suppress(self.HASH)
        declared = read_declaration(PANELS, "production")
        (warning,) = declared.unchecked
        assert warning.severity is Severity.WARNING
        with pytest.raises(InvalidInput, match="the variable PEPPER is not set") as caught:
            declared.require_checked()
        assert [problem.severity for problem in caught.value.problems] == [Severity.ERROR]

    def test_where_all_is_checked_adding_is_allowed(self) -> None:
        self.suppress("bob@example.org")
        declared = read_declaration(PANELS, "production")
        assert declared.unchecked == ()
        declared.require_checked()

    def test_mistakes_in_a_list_are_shown_between_those_of_the_settings_and_of_the_members(
        self, folder: Path
    ) -> None:
        put(PANELS / "production" / "environment.yaml", "embedded: true\ngards: {}\n")
        self.suppress("bob", self.HASH)
        put(folder / "team.yaml", "members: [{emailAddress: x}]\n")
        assert [problem.split(": ", 1)[0] for problem in problems()] == [
            "panels/production/environment.yaml:2:1",
            "panels/production/suppressed.txt:1:1",
            "panels/production/members/team.yaml:1:26",
        ]


def test_what_can_be_read_is_there_beside_what_is_wrong(folder: Path) -> None:
    put(PANELS / "production" / "environment.yaml", "datacentre: eu\napi_key: {env: K}\n")
    put(PANELS / "production" / "suppressed.txt", "eve@example.org\n")
    put(folder / "team.yaml", "members:\n- emailAddress: ada@example.org\n- emailAddress: bob\n")
    reading = try_declaration(PANELS, "production")
    assert reading.environment is None
    assert list(reading.roster.members) == ["ada@example.org"]
    assert "eve@example.org" in reading.roster.suppression
    files = {problem.location.file for problem in reading.problems if problem.location}
    assert files == {"panels/production/environment.yaml", "panels/production/members/team.yaml"}
