"""Each mistake shows the line that it stands on, out of the file as it was read."""

import json

import pytest
from commands import Panels, Run

pytestmark = pytest.mark.usefixtures("panels")

FILE = "panels/production/members/team.yaml"


def test_the_line_is_between_the_message_and_the_remedy_with_a_caret(run: Run, panels: Panels) -> None:
    panels.write("members:\n  - emailAddress: ada@example.org\n    firstname: Ada\n")
    assert run("validate").err == (
        f'{FILE}:3:5: "firstname" is not a field of the API.\n'
        "    3 |     firstname: Ada\n"
        "      |     ^\n"
        '    Did you mean "firstName"?\n'
    )


def test_masked_there_is_no_line(run: Run, panels: Panels) -> None:
    panels.write("members:\n  - emailAddress: ada@example.org\n    firstname: Ada\n")
    assert run("validate", "--mask").err == (
        f'{FILE}:3:5: "firstname" is not a field of the API.\n    Did you mean "firstName"?\n'
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_line_is_the_right_one_whatever_the_line_ends_and_the_encoding(
    run: Run, panels: Panels, end: str, encoding: str
) -> None:
    lines = ("members:", "  - {emailAddress: zoë@example.org}", "  - {emailAddress: nobody}", "")
    (panels.folder / "production/members/team.yaml").write_bytes(end.join(lines).encode(encoding))
    assert f"{FILE}:3:20: " in run("validate").err
    assert "    3 |   - {emailAddress: nobody}\n" in run("validate").err


def test_a_table_shows_the_line_of_the_cell_behind_line_breaks_within_quotes(
    run: Run, panels: Panels
) -> None:
    table = 'address1,emailAddress\n"one\ntwo",nobody\n'
    (panels.folder / "production/members/people.csv").write_text(table, encoding="utf-8")
    assert '    3 | two",nobody\n      |      ^\n' in run("validate").err


def test_bytes_that_are_no_text_are_seen(run: Run, panels: Panels) -> None:
    (panels.folder / "production/members/team.yaml").write_bytes(b"members:\n  - city: K\xf6ln\n")
    assert "    2 |   - city: K\\xf6ln\n      |            ^\n" in run("validate").err


def test_one_line_of_many_megabytes_is_cut_around_the_place(run: Run, panels: Panels) -> None:
    people = ", ".join(f"{{emailAddress: member{n}@example.org}}" for n in range(20_000))
    panels.write(f"members: [{people}, {{emailAddress: nobody}}, {people}]\n".replace("member0@", "xx@", 1))
    told = run("validate", "--format", "json")
    (first, *_) = json.loads(told.out)["problems"]
    assert "{emailAddress: nobody}" in first["excerpt"]
    assert max(map(len, told.err.splitlines())) < 200
    line, caret = told.err.splitlines()[1:3]
    assert line[caret.index("^") :].startswith("nobody}, ")


def test_the_same_mistake_on_many_rows_is_shown_once_with_a_count(run: Run, panels: Panels) -> None:
    panels.write("members:\n" + "".join(f"  - emailAddress: nobody{n}\n" for n in range(412)))
    ended = run("validate", "--format", "json")
    assert ended.err.count("is not an e-mail address.") == 1
    assert ended.err.endswith("412 problems.\n")
    problems = json.loads(ended.out)["problems"]
    assert [problem["line"] for problem in problems] == list(range(2, 414))
    assert problems[-1]["excerpt"] == "  - emailAddress: nobody411"


@pytest.mark.parametrize(
    "settings",
    [
        "datacenter: eu\napi_key: sEcReT\n",
        "datacenter: eu\napi_key: {env: KEY}\nsEcReT\n",
        'api_key: "sEcReT\n',
    ],
)
def test_a_line_of_the_settings_is_never_shown_since_a_key_may_be_there(
    run: Run, panels: Panels, settings: str
) -> None:
    panels.environment("production", settings)
    ended = run("validate", "--format", "json")
    assert ended.code == 1
    assert "sEcReT" not in ended.out + ended.err
