"""What an explanation of one member holds."""

from pathlib import Path

import pytest
from people import PUSHED, TARGET, person, present

from reconciler.declaration import try_declaration
from reconciler.explain import Explanation, LockfileIs, explain, likeliest
from reconciler.lockfile.model import Lockfile, Unconfirmed
from reconciler.lockfile.state import KnownState
from reconciler.plan.model import Add, Day, Remove
from reconciler.problems import Location, Problem

ADA, BOB = "ada@example.org", "bob@example.org"
DAY = Day("2026-11-26", "2026-12-26")
TEAM, OTHER = "panels/p/members/team.yaml", "panels/p/members/other.yaml"
TWO = "members:\n- emailAddress: ada@example.org\n- emailAddress: grace@example.org\n"
WRONG = "members:\n- emailAddress: grace\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an environment whose team is Ada and Grace."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "panels" / "p"
    (folder / "members").mkdir(parents=True)
    (folder / "environment.yaml").write_text("datacenter: eu\napi_key: {env: KEY}\n")
    (folder / "members" / "team.yaml").write_text(TWO)
    return folder


def state_of(lockfile: Lockfile) -> KnownState:
    return KnownState(lockfile, lockfile)


def knows(*names: str) -> KnownState:
    return state_of(Lockfile("p", TARGET, {f"{name}@example.org": present(person(name)) for name in names}))


def explained(key: str = ADA, state: KnownState | None = None, day: Day = DAY) -> Explanation:
    return explain("p", key, try_declaration(Path("panels"), "p"), state or knows(), day)


@pytest.mark.usefixtures("folder")
def test_the_action_is_the_one_of_the_plan() -> None:
    assert isinstance(explained(ADA).action, Add)
    assert isinstance(explained(BOB, knows("bob")).action, Remove)
    assert explained(ADA, knows("ada")).action is None


@pytest.mark.usefixtures("folder")
def test_the_place_is_where_the_entry_begins() -> None:
    (found,) = explained("grace@example.org").declared
    assert found.location == Location(TEAM, 3)


@pytest.mark.usefixtures("folder")
def test_an_entry_is_found_in_any_section() -> None:
    entry = Unconfirmed(PUSHED, person("ada"))
    assert explained(ADA, state_of(Lockfile("p", TARGET, unconfirmed={ADA: entry}))).entry == entry


def test_days_are_counted_until_a_declaration_expires(folder: Path) -> None:
    (folder / "members" / "team.yaml").write_text(
        "members:\n- {emailAddress: ada@example.org, expires: 2026-12-01}\n"
    )
    soon, over = explained(), explained(day=Day("2026-12-01", "2026-12-31"))
    assert (soon.days_left, soon.has_expired) == (5, False)
    assert (over.has_expired, over.counts_as_declared) == (True, False)
    assert over.location == Location(TEAM, 2)


def test_both_places_of_a_member_declared_twice_are_found(folder: Path) -> None:
    (folder / "members" / "other.yaml").write_text(TWO)
    found = explained()
    assert [place.location for place in found.declared] == [Location(OTHER, 2), Location(TEAM, 2)]
    assert not found.is_settled


def test_a_suppressed_person_is_found_where_they_are_declared(folder: Path) -> None:
    (folder / "suppressed.txt").write_text("# never\nada@example.org\n")
    found = explained()
    assert [place.location for place in found.declared] == [Location(TEAM, 2)]
    assert found.suppressed == Location("panels/p/suppressed.txt", 2)
    assert not found.is_settled


def test_a_problem_in_another_file_does_not_change_the_action(folder: Path) -> None:
    (folder / "members" / "other.yaml").write_text(WRONG)
    found = explained()
    assert found.is_settled
    assert isinstance(found.action, Add)
    assert len(found.problems) == 1


def test_with_a_problem_in_their_own_file_the_action_is_unknown(folder: Path) -> None:
    wrong = "members:\n- {emailAddress: ada@example.org, firstname: x}\n"
    (folder / "members" / "team.yaml").write_text(wrong)
    found = explained(ADA, knows("ada"))
    assert (found.is_settled, found.action) == (False, None)
    assert found.location == Location(TEAM, 2)


def test_no_removal_is_shown_while_a_member_file_is_unreadable(folder: Path) -> None:
    (folder / "members" / "team.yaml").write_text("members: [")
    found = explained(ADA, knows("ada"))
    assert (found.is_settled, found.action, found.refusals) == (False, None, ())


def test_with_invalid_settings_the_places_are_found_still(folder: Path) -> None:
    (folder / "environment.yaml").write_text("datacentre: eu\napi_key: {env: KEY}\n")
    found = explain("p", ADA, try_declaration(Path("panels"), "p"), None, DAY)
    assert found.location == Location(TEAM, 2)
    assert found.lockfile is LockfileIs.UNREADABLE


@pytest.mark.usefixtures("folder")
def test_a_lockfile_that_cannot_be_read_is_a_problem_like_the_others() -> None:
    wrong = Problem(("No.",), location=Location("state.lock.json"))
    found = explain("p", ADA, try_declaration(Path("panels"), "p"), None, DAY, (wrong,))
    assert (found.problems, found.is_settled, found.lockfile) == ((wrong,), False, LockfileIs.UNREADABLE)


@pytest.mark.usefixtures("folder")
def test_guards_of_the_whole_plan_are_named() -> None:
    found = explained(ADA, knows("ada", *map(str, range(20))))
    assert [refusal.guard for refusal in found.refusals] == ["remove"]


@pytest.mark.usefixtures("folder")
def test_the_nearest_address_is_named_for_an_unknown_one_alone() -> None:
    assert explained("adda@example.org").like == ADA
    assert explained("bobb@example.org", knows("bob")).like == BOB
    assert explained(ADA).like is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("adda@example.org", "ada@example.org"),
        ("garce@example.org", "grace@example.org"),
        ("bob@exmaple.com", "bob@example.com"),
        ("nobody@example.org", None),
        ("bob@elsewhere.net", None),
        ("eve@nowhere.test", None),
    ],
)
def test_the_nearest_address_differs_by_a_typo_in_one_part_and_not_by_a_whole_part(
    typed: str, meant: str | None
) -> None:
    assert likeliest(typed, ("ada@example.org", "grace@example.org", "bob@example.com")) == meant


def test_among_a_hundred_thousand_it_takes_a_moment() -> None:
    many = [f"person{number}@example.org" for number in range(100_000)]
    assert likeliest("perso17@example.org", many) is not None
