"""Who is suppressed."""

import pytest

from reconciler.problems import Location
from reconciler.suppression.model import Secret, Standing, Suppression

SECRET = "0123456789abcdef"
HERE, THERE = Location("f", 1), Location("g", 2)
HASH = Secret(SECRET).hash_of("ada@example.org")


def test_a_person_on_a_list_is_contained_and_has_a_place() -> None:
    suppressed = Suppression({"ada@example.org": HERE})
    assert "ada@example.org" in suppressed
    assert suppressed.place_of("ada@example.org") == HERE
    assert "bob@example.org" not in suppressed
    assert suppressed.place_of("bob@example.org") is None


def test_a_hash_is_known_by_the_secret_that_it_was_made_with() -> None:
    hashed = {Secret(SECRET).hash_of("ada@example.org"): THERE}
    suppressed = Suppression({"bob@example.org": HERE}, hashed, Secret(SECRET))
    assert [suppressed.place_of(f"{name}@example.org") for name in ("ada", "bob", "cy")] == [
        THERE,
        HERE,
        None,
    ]
    assert "ada@example.org" in suppressed
    assert "ada@example.org" not in Suppression({}, hashed, Secret(SECRET[::-1]))
    assert "ada@example.org" not in Suppression({}, hashed)


def test_a_hash_is_the_hmac_of_the_identity_in_utf8() -> None:
    # RFC 4231, test case 2, with its own key and text
    assert Secret("Jefe").hash_of("what do ya want for nothing?") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


def test_where_everything_is_in_clear_nothing_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Secret, "hash_of", None)
    assert "bob@example.org" not in Suppression({"ada@example.org": HERE}, {}, Secret(SECRET))


@pytest.mark.parametrize(
    ("opt_outs", "standing"),
    [
        ((), Standing.SUPPRESSED),
        (("ada@example.org", HASH), Standing.OPTED_OUT),
        (("ada@example.org",), Standing.SUPPRESSED),
        ((HASH,), Standing.SUPPRESSED),
    ],
    ids=["on a suppression list", "on an opt-out list", "suppressed by hash", "suppressed in clear"],
)
def test_people_who_only_opted_out_differ_from_suppressed_people(
    opt_outs: tuple[str, ...], standing: Standing
) -> None:
    lists = Suppression({"ada@example.org": HERE}, {HASH: HERE}, Secret(SECRET), opt_outs=opt_outs)
    assert lists.standings("ada@example.org") == {standing}
    assert lists.standings("bob@example.org") == {Standing.UNLISTED}


def test_without_the_secret_a_hash_may_name_anyone() -> None:
    lists = Suppression({"ada@example.org": HERE}, {HASH: HERE}, Secret(SECRET)).without_secret()
    assert lists.standings("ada@example.org") == {Standing.SUPPRESSED}
    assert lists.standings("bob@example.org") == {Standing.SUPPRESSED, Standing.UNLISTED}


def test_a_secret_gives_nothing_of_itself_away() -> None:
    assert SECRET not in repr(Secret(SECRET))
    assert SECRET not in str(Secret(SECRET))
