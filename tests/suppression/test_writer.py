"""One more entry on a list."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.environment.model import EMBEDDED_TARGET, Environment
from reconciler.errors import InvalidInput
from reconciler.identity import InvalidAddress, identity
from reconciler.problems import Location
from reconciler.suppression.model import Secret
from reconciler.suppression.reader import read_suppression
from reconciler.suppression.writer import check_suppressible, suppress

VALUE = "0123456789abcdef"
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("suppressed.txt")


def environment(path: Path, secret: str | None = None) -> Environment:
    lists = (path,) if path.exists() else ()
    return Environment(
        "e",
        path.parent,
        EMBEDDED_TARGET,
        None,
        (),
        suppression_lists=lists,
        named_suppression_list=path,
        suppression_secret=secret,
    )


def test_a_list_that_is_not_there_is_made_and_says_what_it_is(path: Path) -> None:
    assert suppress(environment(path), [ADA]) == {ADA: (Location("suppressed.txt", 2), False)}
    comment, entry = path.read_text(encoding="utf-8").splitlines()
    assert comment.startswith("# Who must never be added again")
    assert entry == ADA


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"ada@example.org\n"),
        (b"# x\n", b"# x\nada@example.org\n"),
        (b"\xef\xbb\xbfb@example.org # x", b"\xef\xbb\xbfb@example.org # x\nada@example.org\n"),
        (b"b@example.org\r\n# x", b"b@example.org\r\n# x\r\nada@example.org\r\n"),
    ],
)
def test_all_that_is_on_a_list_stays(path: Path, before: bytes, after: bytes) -> None:
    path.write_bytes(before)
    suppress(environment(path), [ADA])
    assert path.read_bytes() == after


def test_people_who_are_on_the_list_stay_where_they_are(path: Path) -> None:
    path.write_text("bob@example.org\nADA@example.org\n", encoding="utf-8")
    assert suppress(environment(path), [ADA]) == {ADA: (Location("suppressed.txt", 2), True)}
    assert path.read_text(encoding="utf-8") == "bob@example.org\nADA@example.org\n"


def test_with_a_secret_a_hash_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEPPER", VALUE)
    place = suppress(environment(path, "PEPPER"), [ADA])[ADA].location
    assert f"\nhmac-sha256:{Secret(VALUE).hash_of(ADA)}\n" in path.read_text(encoding="utf-8")
    assert ADA not in path.read_text(encoding="utf-8")
    assert suppress(environment(path, "PEPPER"), [ADA]) == {ADA: (place, True)}


def test_a_check_of_the_secret_is_above_the_first_hash(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEPPER", VALUE)
    path.write_text("# reconciler: x\nbob@example.org\n", encoding="utf-8")
    place = suppress(environment(path, "PEPPER"), [ADA])[ADA].location
    suppress(environment(path, "PEPPER"), ["eve@example.org"])
    secret = Secret(VALUE)
    assert place == Location("suppressed.txt", 4)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "# reconciler: x",
        "bob@example.org",
        f"hmac-sha256-check:{secret.check}",
        f"hmac-sha256:{secret.hash_of(ADA)}",
        f"hmac-sha256:{secret.hash_of('eve@example.org')}",
    ]


def test_with_another_secret_nothing_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEPPER", VALUE)
    suppress(environment(path, "PEPPER"), [ADA])
    before = path.read_bytes()
    monkeypatch.setenv("PEPPER", VALUE[::-1])
    with pytest.raises(InvalidInput, match="not the one that this list was made with"):
        suppress(environment(path, "PEPPER"), ["eve@example.org"])
    assert path.read_bytes() == before


def test_several_are_written_at_once_each_with_its_line(path: Path) -> None:
    path.write_text("bob@example.org\n", encoding="utf-8")
    found = suppress(environment(path), [ADA, "bob@example.org", "eve@example.org", ADA])
    assert [(key, listed.location.line, listed.was_there) for key, listed in found.items()] == [
        (ADA, 2, False),
        ("bob@example.org", 1, True),
        ("eve@example.org", 3, False),
    ]
    assert path.read_text(encoding="utf-8") == "bob@example.org\nada@example.org\neve@example.org\n"


def test_one_that_can_not_be_written_keeps_all_from_being_written(path: Path) -> None:
    keys = [ADA, "#a@example.org"]
    with pytest.raises(InvalidInput):
        check_suppressible(environment(path), keys)
    with pytest.raises(InvalidInput, match="it would be a comment"):
        suppress(environment(path), keys)
    assert not path.exists()


def test_without_the_secret_that_is_named_nothing_is_written(path: Path) -> None:
    with pytest.raises(InvalidInput, match="PEPPER"):
        suppress(environment(path, "PEPPER"), [ADA])
    assert not path.exists()


def test_a_list_with_mistakes_is_left_as_it_is(path: Path) -> None:
    path.write_text("bob\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="neither an e-mail address"):
        suppress(environment(path), [ADA])
    assert path.read_text(encoding="utf-8") == "bob\n"


def test_permissions_stay(path: Path) -> None:
    path.touch(mode=0o640)
    path.chmod(0o640)
    suppress(environment(path), [ADA])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_the_list_that_is_written_may_be_one_that_is_not_the_first(path: Path) -> None:
    own = Path("own.txt")
    own.write_text("bob@example.org\n", encoding="utf-8")
    several = environment(path)
    assert several.suppression_list_to_write == path
    assert suppress(several, [ADA])[ADA].location.file == "suppressed.txt"
    assert own.read_text(encoding="utf-8") == "bob@example.org\n"


ADDRESSES = st.emails() | st.from_regex(r"[a-z#+ä]{1,6}@[a-zü]{2,6}\.(org|test)", fullmatch=True)


@given(
    addresses=st.lists(ADDRESSES, max_size=4),
    before=st.lists(st.sampled_from(["# c", "", " x@example.org #", "y@example.org"])),
    line_end=st.sampled_from(["\n", "\r\n"]),
    is_hashed=st.booleans(),
)
def test_whatever_is_written_is_read_back(
    *,
    addresses: list[str],
    before: list[str],
    line_end: str,
    is_hashed: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.getbasetemp() / "property.txt"
    file.write_text(line_end.join(before), encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEPPER", VALUE)
        written = suppress(environment(file, "PEPPER" if is_hashed else None), keys(addresses))
        found = read_suppression([file], "PEPPER")
    assert found.problems == ()
    assert {key: found.suppression.place_of(key) for key in written} == {
        key: listed.location for key, listed in written.items()
    }
    assert "x@example.org" in found.suppression or " x@example.org #" not in before


def keys(addresses: list[str]) -> list[str]:
    found = []
    for address in addresses:
        try:
            key = identity(address)
        except InvalidAddress:
            continue
        if not key.startswith("#"):
            found.append(key)
    return found
