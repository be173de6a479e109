"""The secret comes from a variable, and is shown nowhere."""

import pytest

from reconciler.errors import InvalidInput
from reconciler.suppression.secret import Secret
from reconciler.suppression.secret_variable import read_secret, required_secret

VALUE = "0123456789abcdef"


def test_it_is_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEPPER", f" {VALUE}\n")
    secret = read_secret("PEPPER")
    assert secret is not None
    assert secret.hash_of("a") == Secret(VALUE).hash_of("a") == required_secret("PEPPER").hash_of("a")


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_where_it_is_missing_that_matters_only_to_whom_it_is_required(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is not None:
        monkeypatch.setenv("PEPPER", value)
    assert read_secret("PEPPER") is None
    with pytest.raises(InvalidInput, match="the variable PEPPER is not set, or empty"):
        required_secret("PEPPER")


@pytest.mark.parametrize("read", [read_secret, required_secret])
def test_a_short_one_is_refused_and_not_repeated(read: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEPPER", VALUE[1:])
    assert callable(read)
    with pytest.raises(InvalidInput, match="openssl rand -hex 32") as caught:
        read("PEPPER")
    assert VALUE[1:] not in repr(caught.value)


def test_it_may_hold_any_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEPPER", "\udcff" * 16)
    assert len(required_secret("PEPPER").hash_of("ä")) == 64
