from pathlib import Path

import pytest

from reconciler.sandbox.residue import is_data, standing_in
from reconciler.sandbox.store import Store


def test_who_is_in_the_panel_who_was_deleted_and_who_never_was(tmp_path: Path) -> None:
    path = tmp_path / "a b#?.sqlite3"
    store = Store.opened(path)
    for name in ("ada", "bob"):
        store.add({"emailAddress": f"{name}@example.org"})
    store.delete("bob@example.org")
    store.close()
    before = path.read_bytes()
    assert is_data(before)
    found = [standing_in(path, f"{name}@example.org") for name in ("ada", "bob", "eve")]
    assert found == ["in the panel", "deleted from it", None]
    assert path.read_bytes() == before


def test_data_that_is_damaged_can_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    store = Store.opened(path)
    store.close()
    path.write_bytes(path.read_bytes()[:100] + b"x" * 4000)
    assert is_data(path.read_bytes())
    with pytest.raises(OSError, match=r"malformed|not a database"):
        standing_in(path, "ada@example.org")


def test_another_programs_data_is_not_ours() -> None:
    assert not is_data(b"SQLite format 3\0" + bytes(84))
