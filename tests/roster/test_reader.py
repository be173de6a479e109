"""All member files together."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.roster.reader import read_roster


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def file(name: str, text: str) -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def member_file(name: str, *addresses: str) -> Path:
    return file(name, "members:\n" + "".join(f"- emailAddress: {address}\n" for address in addresses))


def test_files_and_sources_are_shown_from_the_working_directory(here: Path) -> None:
    member_file("a.yaml", "a@example.org")
    roster = read_roster([here / "a.yaml"]).roster
    assert roster.files == ("a.yaml",)
    assert roster.members["a@example.org"].source == "a.yaml:2"


def test_one_identity_in_two_files_is_a_problem_that_shows_both_places() -> None:
    files = [
        member_file("a.yaml", "x@example.org", "Ada@example.org"),
        file("b.csv", "city,emailAddress\nx,ada@Example.org\n"),
    ]
    (problem,) = read_roster(files).problems
    assert str(problem) == (
        "b.csv:2:3: ada@Example.org is declared twice; the first time at a.yaml:3. (Keep one of the two.)"
    )


def test_each_further_repetition_shows_the_first_place() -> None:
    files = [member_file(f"{name}.yaml", "a@example.org") for name in "abc"]
    assert [str(problem.location) for problem in read_roster(files).problems] == [
        "b.yaml:2:17",
        "c.yaml:2:17",
    ]
    assert all("a.yaml:2" in str(problem) for problem in read_roster(files).problems)


def test_problems_stand_in_the_order_of_files_and_lines() -> None:
    files = [
        file("z.yaml", "members:\n- emailAddress: x\n  citty: y\n- city: z\n"),
        file("a.csv", "emailAddress,citty\n"),
        Path("gone.yaml"),
        file("broken.yaml", "members: [\n"),
    ]
    places = [str(problem.location) for problem in read_roster(files).problems]
    assert places == ["z.yaml:2:17", "z.yaml:3:3", "z.yaml:4:3", "a.csv:1:14", "gone.yaml", "broken.yaml:2:1"]


def test_the_same_mistake_in_many_members_is_a_problem_at_each_place() -> None:
    text = "members:\n" + "".join(f"- {{emailAddress: m{n}@example.org, citty: x}}\n" for n in range(200))
    assert len(read_roster([file("a.yaml", text)]).problems) == 200


def test_a_mistake_in_a_shared_anchor_is_one_problem() -> None:
    text = "x-a: &a {citty: x, statusType: y}\nmembers:\n" + "".join(
        f"- {{emailAddress: m{n}@example.org, <<: *a}}\n" for n in range(5)
    )
    assert [str(problem.location) for problem in read_roster([file("a.yaml", text)]).problems] == [
        "a.yaml:1:10",
        "a.yaml:1:32",
    ]


def test_no_file_is_a_roster_of_nobody() -> None:
    assert read_roster([]).roster.members == {}


bodies = st.lists(
    st.sampled_from(["city: Berlin", "city: ", "firstName: Ada\n  city: x", "statusType: 1"]), max_size=4
)


@given(st.lists(bodies, min_size=1, max_size=4))
def test_the_order_of_files_means_nothing(
    tmp_path_factory: pytest.TempPathFactory, contents: list[list[str]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    files = []
    for number, members in enumerate(contents):
        entries = [f"- emailAddress: m{number}.{n}@example.org\n  {body}\n" for n, body in enumerate(members)]
        files.append(folder / f"{number}.yaml")
        files[-1].write_text(
            f"members:\n{''.join(entries)}\ndefaults: {{city: C{number}}}\n", encoding="utf-8"
        )
    assert read_roster(files).roster.members == read_roster(reversed(files)).roster.members
