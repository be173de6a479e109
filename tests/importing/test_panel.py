"""A read of the panel as a member file: what is written declares what the panel has."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.declaration import read_declaration, try_declaration
from reconciler.importing.panel import DEFAULT_FIELDS, parse_fields, prepare_from_panel
from reconciler.importing.run import Destination, Imported, write
from reconciler.problems import plain
from reconciler.readback.drift import field_drifts
from reconciler.readback.model import PanelRead

ADA = "ada@example.org"


_ODD = ("1.2E+11", "'0123", "=1+1", '"', ' "', "a\r\nb", "1990-05-01 00:00:00.0")


def _imported(
    folder: Path,
    values: Mapping[str, Any] | None = None,
    *,
    fields: Sequence[str] = DEFAULT_FIELDS,
    unusable: tuple[str, ...] = (),
) -> Imported:
    (folder / "p" / "members").mkdir(parents=True)
    (folder / "p" / "environment.yaml").write_text("embedded: true\n")
    destination = Destination(folder / "p/members/panel.csv", "members/panel.csv")
    read = PanelRead({ADA: {"emailAddress": ADA, **(values or {})}}, 2, unusable=unusable)
    imported = prepare_from_panel(
        try_declaration(folder, "p"), "p", destination, read, fields, is_dry_run=False
    )
    write(imported, folder / "p", destination)
    return imported


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from([name for name in DEFAULT_FIELDS if name != "emailAddress"]),
        st.text(max_size=12) | st.sampled_from(_ODD),
    )
)
def test_whatever_the_panel_holds_the_file_is_sound_and_declares_the_same(values: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        imported = _imported(Path(folder), values)
        declared = read_declaration(Path(folder), "p").roster.members[ADA].attributes
    left_out = {value.field for value in imported.left_out}
    assert [*field_drifts(declared, values, ())] == []
    assert declared.keys() - {"emailAddress"} == {
        name for name, value in values.items() if value.strip() and name not in left_out
    }


@pytest.mark.parametrize("value", ["1.2E+11", "#N/A", "a\x07", [1, 2], {"city": "Oslo"}])
def test_a_value_that_csv_cannot_declare_is_left_out_and_named(tmp_path: Path, value: Any) -> None:
    profile = [{"profileFieldId": 7, "value": value}, {"profileFieldId": 8, "value": "x"}]
    fields = ("emailAddress", "profileFields[7]", "profileFields[8]")
    imported = _imported(tmp_path, {"profileFields": profile}, fields=fields)
    assert [(each.key, each.field) for each in imported.left_out] == [(ADA, "profileFields[7]")]
    assert imported.text == f"emailAddress,profileFields[8]\n{ADA},x\n"


def test_entries_without_a_usable_address_are_listed(tmp_path: Path) -> None:
    refused = _imported(tmp_path, unusable=("", "ada")).refused
    assert [plain(row.reason) for row in refused] == [
        "there is no e-mail address",
        "ada is not an e-mail address",
    ]


def test_the_address_is_always_imported_and_each_field_once() -> None:
    assert parse_fields("city, city,emailAddress") == ("emailAddress", "city")
