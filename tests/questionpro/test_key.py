"""The key is read from where the environment says, and never shown."""

import os
from pathlib import Path

import pytest

from reconciler.environment.model import KeySource
from reconciler.errors import InvalidInput
from reconciler.questionpro.key import read_key

SECRET = "s3cret-key-0001"


def _refused(source: KeySource) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_key(source)
    (problem,) = caught.value.problems
    assert problem.hint
    return str(problem)


def test_a_key_comes_from_the_named_variable_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_KEY", f" {SECRET}\n")
    key = read_key(KeySource(env="PANEL_KEY"))
    assert key.reveal() == SECRET
    assert key.origin == "the variable PANEL_KEY"


def test_a_key_comes_from_the_named_file_trimmed(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    assert read_key(KeySource(file=file)).reveal() == SECRET


def test_a_missing_variable_is_named_with_the_way_to_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PANEL_KEY", raising=False)
    message = _refused(KeySource(env="PANEL_KEY"))
    assert "PANEL_KEY is not set" in message
    assert "export PANEL_KEY=" in message


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("", "is empty"),
        (" \n\t", "is empty"),
        (f'"{SECRET}"', "quotation marks"),
        (f"'{SECRET}'", "quotation marks"),
        (f"\u201c{SECRET}\u201d", "quotation marks"),
        (f"{SECRET}'", "quotation marks"),
        (f"\ufeff{SECRET}", "byte order mark"),
        (f"Bearer {SECRET}", "Bearer"),
        (f"bearer {SECRET}", "Bearer"),
        (f"api-key: {SECRET}", "Bearer"),
        (f"PANEL_KEY={SECRET}", "variable"),
        (f"export PANEL_KEY={SECRET}", "variable"),
        (SECRET[:7], "fewer than 8 characters"),
        (f"{SECRET}\nroot:x:0:0", "more than one line"),
        (f"{SECRET}\rroot:x:0:0", "more than one line"),
        (f"{SECRET}é", "no header can carry"),
        (f"{SECRET}\x7f", "no header can carry"),
        (f"{SECRET}\tx", "no header can carry"),
        (SECRET * 6_667, "too long"),
    ],
)
@pytest.mark.parametrize("kind", ["variable", "file"])
def test_what_is_wrong_with_a_key_is_named_and_the_key_is_not(
    kind: str, value: str, word: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if kind == "file":
        source = KeySource(file=tmp_path / "key")
        (tmp_path / "key").write_text(f"{value}\n", encoding="utf-8", newline="")
    else:
        source = KeySource(env="PANEL_KEY")
        monkeypatch.setenv("PANEL_KEY", value)
    message = _refused(source)
    assert word in message.replace("export PANEL_KEY=…", "")
    assert "the variable PANEL_KEY" in message or f"{tmp_path}/key" in message
    assert SECRET[:7] not in message


@pytest.mark.parametrize("value", ["abcdefghijklmno=", "c2VjcmV0LWtleQ==", "a1b2c3d4-e5f6"])
def test_a_key_may_look_as_keys_do(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_KEY", value)
    assert read_key(KeySource(env="PANEL_KEY")).reveal() == value


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert f"{tmp_path}/key: No such file" in _refused(KeySource(file=tmp_path / "key"))


def test_a_folder_or_a_pipe_is_no_key_file_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key")
    for path in (tmp_path, tmp_path / "key"):
        assert "not a regular file" in _refused(KeySource(file=path))


def test_a_link_to_a_file_is_a_key_file_as_mounted_secrets_are_links(tmp_path: Path) -> None:
    (tmp_path / "data").write_text(SECRET, encoding="utf-8")
    (tmp_path / "key").symlink_to("data")
    assert read_key(KeySource(file=tmp_path / "key")).reveal() == SECRET


def test_a_file_of_other_bytes_than_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe\x00")
    assert "it is not text" in _refused(KeySource(file=file))
