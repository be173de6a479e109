"""An import, from a real file of each kind to the text of the member file, before anything is written."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from reconciler.declaration import try_declaration
from reconciler.errors import InvalidInput
from reconciler.importing.run import Destination, Imported, ImportOptions, prepare, write
from reconciler.problems import plain

Import = Callable[..., Imported]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an environment whose panel is built in, without members."""
    folder = tmp_path / "panels" / "team"
    (folder / "members").mkdir(parents=True)
    (folder / "environment.yaml").write_text("embedded: true\n")
    return folder


def _import(folder: Path, source: Path, *, to: str = "members/people.csv", **options: object) -> Imported:
    destination = Destination(folder / to, to)
    chosen = ImportOptions(options.pop("mapped", {}), options.pop("dates", {}), **options)  # type: ignore[arg-type]  # of several types
    declared = try_declaration(folder.parent, folder.name)
    imported = prepare(declared, folder, source, destination, chosen)
    write(imported, folder, destination)
    return imported


def _text(folder: Path, data: bytes, name: str = "source.csv") -> Path:
    path = folder.parent.parent / name
    path.write_bytes(data)
    return path


def _workbook(folder: Path, *rows: list[object]) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(row)
    path = folder.parent.parent / "source.xlsx"
    workbook.save(path)
    return path


def _reasons(imported: Imported) -> dict[int | None, str]:
    return {row.row: plain(row.reason) for row in imported.refused}


def test_excels_csv_with_semicolons_and_a_mark_is_taken(folder: Path) -> None:
    _import(folder, _text(folder, "\ufeffE-Mail;PLZ\nada@firma.de;02134\n".encode()))
    assert (folder / "members/people.csv").read_text() == "emailAddress,zipCode\nada@firma.de,02134\n"


def test_tabs_in_utf_16_are_taken(folder: Path) -> None:
    imported = _import(folder, _text(folder, "Email\tTown\nada@firma.de\tKöln\n".encode("utf-16")))
    assert imported.update.rows["ada@firma.de"]["city"] == "Köln"


def test_another_encoding_is_proposed_and_never_guessed(folder: Path) -> None:
    source = _text(folder, "Email;City\nada@firma.de;Köln\n".encode("cp1252"))
    with pytest.raises(InvalidInput) as refused:
        _import(folder, source)
    assert "cp1252" in plain(refused.value.problems[0].hint)
    assert _import(folder, source, encoding="cp1252").update.rows["ada@firma.de"]["city"] == "Köln"


def test_a_declared_encoding_is_remembered(folder: Path) -> None:
    source = _text(folder, "Email;City\nada@firma.de;Köln\n".encode("cp1252"))
    _import(folder, source, encoding="cp1252")
    assert _import(folder, source).update.same == 1


@pytest.mark.parametrize("name", ["latin-99", "undefined", "hex", "a\0b"])
def test_what_is_no_encoding_of_text_is_refused_with_one_that_is(folder: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="cp1252"):
        _import(folder, _text(folder, b"Email\n" + b"a" * 70 + b"@firma.de\n"), encoding=name)


def test_a_heading_that_is_not_known_is_left_out_until_it_is_mapped(folder: Path) -> None:
    source = _text(folder, b"Email,Job\nada@firma.de,Engineer\n")
    assert _import(folder, source).columns.left_out == ("Job",)
    _import(folder, source, mapped={"Job": "custom1"})
    assert _import(folder, source).update.rows["ada@firma.de"]["custom1"] == "Engineer"


def test_passwords_are_never_imported(folder: Path) -> None:
    source = _text(folder, b"Email,Password\nada@firma.de,secret\n")
    imported = _import(folder, source, mapped={"Password": "custom1"})
    assert imported.columns.left_out == ("Password",)
    assert "secret" not in (folder / "members/people.csv").read_text()


def test_a_workbook_is_read_as_a_person_sees_it(folder: Path) -> None:
    source = _workbook(
        folder,
        ["Our panel"],
        [],
        ["E-mail", "Postcode", "Town"],
        ["a@firma.de", 2134, "Ulm"],
        ["b@firma.de", 1],
    )
    workbook = openpyxl.load_workbook(source)
    sheet = workbook.worksheets[0]
    sheet["B4"].number_format = "00000"
    sheet.merge_cells("C4:C5")
    sheet.row_dimensions[5].hidden = True
    workbook.save(source)
    imported = _import(folder, source)
    assert imported.update.rows["a@firma.de"] == {
        "emailAddress": "a@firma.de",
        "zipCode": "02134",
        "city": "Ulm",
    }
    assert imported.update.rows["b@firma.de"]["city"] == "Ulm"
    assert any("hidden" in note for note in imported.notes)


def test_of_two_sheets_with_people_one_must_be_chosen(folder: Path) -> None:
    source = _workbook(folder, ["Email"], ["a@firma.de"])
    workbook = openpyxl.load_workbook(source)
    other = workbook.create_sheet("Old")
    other.append(["Email"])
    other.append(["old@firma.de"])
    workbook.save(source)
    with pytest.raises(InvalidInput):
        _import(folder, source)
    assert [*_import(folder, source, sheet="Old").update.rows] == ["old@firma.de"]
    assert _import(folder, source).update.same == 1


def test_a_formula_without_a_value_refuses_its_row(folder: Path) -> None:
    imported = _import(folder, _workbook(folder, ["Email", "City"], ["a@firma.de", "=A1"]))
    assert [*_reasons(imported)] == [2]


def test_the_content_decides_what_kind_of_file_it_is(folder: Path) -> None:
    text = _text(folder, b"Email\na@firma.de\n", "text.xlsx")
    assert len(_import(folder, text).update.new) == 1
    workbook = _text(folder, _workbook(folder, ["Email"], ["b@firma.de"]).read_bytes(), "workbook.csv")
    assert [person.key for person in _import(folder, workbook).update.new] == ["b@firma.de"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"PK\x03\x04 damaged",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old or encrypted",
        b"\x00\x01\x02",
        b"Shoe size\n43\n",
        b"Name\nAda\n",
        b"Email,E-Mail\na@firma.de,b@firma.de\n",
        b"Email,Email\na@firma.de,b@firma.de\n",
        b'Email,City\n"a@firma.de,Ulm\n',
    ],
)
def test_a_source_that_can_not_be_read_writes_nothing(folder: Path, data: bytes) -> None:
    with pytest.raises(InvalidInput):
        _import(folder, _text(folder, data))
    assert [*(folder / "members").iterdir()] == []
    assert not (folder / "import.yaml").exists()


def test_rows_that_can_not_be_taken_are_refused_and_the_others_taken(folder: Path) -> None:
    rows = b"Email,City\na@firma.de,Ulm\nno address,Ulm\n,Ulm\nA@firma.de,Ulm\nb@firma.de,Ulm,too much\n"
    imported = _import(folder, _text(folder, rows))
    assert [*_reasons(imported)] == [3, 4, 5, 6]
    assert [*imported.update.rows] == ["a@firma.de"]


def test_who_is_suppressed_is_refused(folder: Path) -> None:
    (folder / "suppressed.txt").write_text("a@firma.de\n")
    imported = _import(folder, _text(folder, b"Email\na@firma.de\nb@firma.de\n"))
    assert [*_reasons(imported)] == [2]
    assert [*imported.update.rows] == ["b@firma.de"]


def test_an_import_is_repeated_without_a_change(folder: Path) -> None:
    source = _text(folder, b"Email,City\na@firma.de,Ulm\n")
    _import(folder, source)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    imported = _import(folder, source)
    assert (imported.update.same, imported.update.changes_the_file) == (1, False)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_later_export_updates_its_own_columns_only(folder: Path) -> None:
    _import(folder, _text(folder, b"Email,City,Custom 1\na@firma.de,Ulm,x\nb@firma.de,Ulm,y\n"))
    imported = _import(folder, _text(folder, b"Email,City\na@firma.de,\nc@firma.de,Bonn\n"))
    rows = imported.update.rows
    assert (rows["a@firma.de"]["city"], rows["a@firma.de"]["custom1"]) == ("", "x")
    assert imported.update.gone == ("b@firma.de",)
    assert [*rows] == ["a@firma.de", "b@firma.de", "c@firma.de"]


def test_who_is_gone_from_the_source_leaves_the_file_only_with_prune(folder: Path) -> None:
    _import(folder, _text(folder, b"Email\na@firma.de\nb@firma.de\n"))
    assert [*_import(folder, _text(folder, b"Email\na@firma.de\n"), prune=True).update.rows] == ["a@firma.de"]


def test_who_is_in_a_refused_row_is_not_gone(folder: Path) -> None:
    _import(folder, _text(folder, b"Email,DOB\na@firma.de,1990-01-01\n"))
    imported = _import(folder, _text(folder, b"Email,DOB\na@firma.de,3/4/1990\n"), prune=True)
    assert [*imported.update.rows] == ["a@firma.de"]


def test_who_is_declared_in_another_file_is_not_written_twice(folder: Path) -> None:
    (folder / "members/team.yaml").write_text("members:\n  - emailAddress: a@firma.de\n")
    imported = _import(folder, _text(folder, b"Email\na@firma.de\nb@firma.de\n"))
    assert [*imported.update.rows] == ["b@firma.de"]
    assert [*imported.update.elsewhere] == ["a@firma.de"]


def test_the_memory_of_other_files_is_kept_as_it_is(folder: Path) -> None:
    mine = "# mine\nmembers/other.csv: {columns: {Mail: emailAddress}}  # checked\n"
    (folder / "import.yaml").write_text(mine)
    _import(folder, _text(folder, b"Email\na@firma.de\n"))
    assert (folder / "import.yaml").read_text().startswith(mine)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_who_watches_sees_each_step_go_up_to_its_end(folder: Path, kind: str) -> None:
    people: list[list[object]] = [[f"a{number}@firma.de", f"City {number}"] for number in range(5000)]
    rows: list[list[object]] = [["Email", "City"], *people]
    text = "\n".join(",".join(map(str, row)) for row in rows).encode()
    source = _text(folder, text) if kind == "csv" else _workbook(folder, *rows)
    seen: dict[str, list[float]] = {}
    prepare(
        try_declaration(folder.parent, folder.name),
        folder,
        source,
        Destination(folder / "members/people.csv", "members/people.csv"),
        ImportOptions({}, {}),
        lambda step, done, total: seen.setdefault(step, []).append(done / total),
    )
    assert [*seen] == ["Reading", "Checking"]
    for shares in seen.values():
        assert shares == sorted(shares)
        assert len(shares) >= 5
        assert 0.75 < shares[-1] <= 1


@pytest.mark.parametrize("value", ["true", "5", "[city]", "citty"])
def test_a_column_that_is_remembered_as_no_field_is_a_mistake_and_not_left_out(
    folder: Path, value: str
) -> None:
    (folder / "import.yaml").write_text(f"members/people.csv: {{columns: {{Town: {value}}}}}\n")
    with pytest.raises(InvalidInput) as error:
        _import(folder, _text(folder, b"Email,Town\na@firma.de,Ulm\n"))
    [problem] = error.value.problems
    assert problem.location
    assert (problem.location.line, "field" in plain(problem.message)) == (1, True)
