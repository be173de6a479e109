from pathlib import Path

import pytest

from reconciler.search.declared import in_member_file, lines_to_take_out
from reconciler.search.lines import scan
from reconciler.search.spelling import Spelling

ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def lines(text: str, name: str = "t.yaml") -> tuple[tuple[int, ...], tuple[int, ...]]:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    found = in_member_file(path, Spelling(ADA), scan(path, Spelling(ADA)))
    return found.declared, found.other


def test_an_entry_is_where_it_begins() -> None:
    assert lines(f"members:\n- firstName: Ada\n  emailAddress: {ADA}\n") == ((2,), ())


def test_an_entry_that_only_its_escapes_tell_is_found() -> None:
    assert lines('members:\n- emailAddress: "\\u0061da@exam\\\n    ple.org"\n') == ((2,), ())


def test_an_entry_by_an_alias_is_found_and_so_is_its_anchor() -> None:
    assert lines(f"x-a: &ada {ADA}\nmembers:\n- emailAddress: *ada\n") == ((3,), (1,))


def test_another_field_that_holds_the_address_is_no_entry() -> None:
    assert lines(f"members:\n- emailAddress: bob@example.org\n  custom1: {ADA}\n") == ((), (3,))


def test_a_comment_behind_an_entry_is_another_place() -> None:
    assert lines(f"members:\n- emailAddress: {ADA}\n# {ADA} has left\n") == ((2,), (3,))


def test_one_file_may_declare_somebody_twice() -> None:
    people = (ADA, "bob@example.org", "ADA@example.org")
    assert lines("members:\n" + "".join(f"- emailAddress: {each}\n" for each in people)) == ((2, 4), ())


def test_a_row_of_a_csv_file_is_an_entry() -> None:
    assert lines(f'firstName,emailAddress\n"A\nda","{ADA}"\n', "t.csv") == ((2,), ())


def test_a_file_with_mistakes_tells_all_lines_that_may_be_entries() -> None:
    entry = f"- emailAddress: {ADA}\n"
    Path("t.yaml").write_text(f"members:\n{entry}- emailAddress: b@x\n- [\n{entry}", encoding="utf-8")
    assert [line for _, line in lines_to_take_out([Path("t.yaml")], ADA)] == [2, 5]


def test_two_files_that_declare_somebody_are_both_told() -> None:
    for name in ("a.yaml", "b.yaml"):
        Path(name).write_text(f"members:\n- emailAddress: {ADA}\n", encoding="utf-8")
    files = [Path("a.yaml"), Path("b.yaml"), Path("gone.yaml")]
    assert lines_to_take_out(files, ADA) == [(Path("a.yaml"), 2), (Path("b.yaml"), 2)]
