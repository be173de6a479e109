"""The key is read from where the environment says, and never shown."""

from pathlib import Path

import pytest

from reconciler.environment.model import KeySource
from reconciler.errors import InvalidInput
from reconciler.questionpro.key import ApiKey, read_key

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


@pytest.mark.parametrize("value", ["", "   ", "\n\t"])
def test_an_empty_variable_is_no_key(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_KEY", value)
    assert "PANEL_KEY is empty" in _refused(KeySource(env="PANEL_KEY"))


@pytest.mark.parametrize("value", ["half\nother", "half\rother", "clé", "a\x7fb", "a\tb"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_echoed(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANEL_KEY", value)
    message = _refused(KeySource(env="PANEL_KEY"))
    assert "the variable PANEL_KEY" in message
    assert value not in message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert f"{tmp_path}/key: No such file" in _refused(KeySource(file=tmp_path / "key"))


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    assert "Is a directory" in _refused(KeySource(file=tmp_path))


def test_a_file_of_other_bytes_than_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe\x00")
    assert "it is not text" in _refused(KeySource(file=file))


def test_a_file_that_holds_far_more_than_a_key_is_refused_without_being_echoed(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k3y" * 33_334, encoding="utf-8")
    message = _refused(KeySource(file=file))
    assert "too long" in message
    assert "k3y" not in message


@pytest.mark.parametrize("show", [repr, str, "{}".format, "%r".__mod__, lambda key: str([key])])
def test_no_way_of_showing_a_key_shows_its_value(show: object) -> None:
    assert callable(show)
    shown = show(ApiKey(SECRET, "the variable PANEL_KEY"))
    assert SECRET not in shown
    assert "the variable PANEL_KEY" in shown


def test_a_key_has_no_dictionary_that_a_debugger_would_print() -> None:
    assert not hasattr(ApiKey(SECRET, "x"), "__dict__")
