import json

import pytest
from commands import Panels, Run
from people import PUSHED, person, present

from reconciler.errors import EXIT_DONE, EXIT_INVALID, EXIT_REFUSED
from reconciler.lockfile.model import Lockfile, Rejected, Unconfirmed

pytestmark = pytest.mark.usefixtures("panels")


TARGET = "https://api.questionpro.eu/a/api/v2"
LOCKFILE = Lockfile(
    "production",
    TARGET,
    {"ada@example.org": present(person("ada", firstName="Ada")), "bob@example.org": present(person("bob"))},
    {"eve@example.org": Rejected("Invalid birthday", PUSHED, person("eve"))},
    {"sam@example.org": Unconfirmed(PUSHED, person("sam"))},
)


@pytest.fixture(autouse=True)
def locked(panels: Panels) -> None:
    panels.lock(LOCKFILE)


def test_list_shows_everybody_with_outcome_and_time(run: Run) -> None:
    ended = run("state", "list", "production")
    assert ended.code == EXIT_DONE
    assert ended.out.startswith("production: 2 members (2 added), 1 rejected, 1 unconfirmed.\n")
    assert f"  sam@example.org  unconfirmed  {PUSHED}\n" in ended.out


def test_list_needs_no_member_file_in_order(run: Run, panels: Panels) -> None:
    panels.write("members: [")
    assert run("state", "list", "production").code == EXIT_DONE


def test_list_as_json_is_one_object(run: Run) -> None:
    document = json.loads(run("state", "list", "production", "--format", "json").out)
    assert [member["key"][:3] for member in document["members"]] == ["ada", "bob", "eve", "sam"]


def test_list_says_where_there_is_no_lockfile(run: Run, panels: Panels) -> None:
    (panels.folder / "production" / "state.lock.json").unlink()
    assert run("state", "list", "production").out == "production: no lockfile found.\n"


def test_show_tells_all_of_one_member(run: Run) -> None:
    ended = run("state", "show", "production", " ADA@example.org")
    assert "outcome: added\n" in ended.out
    assert 'firstName     "Ada"' in ended.out


def test_show_of_someone_unknown_names_the_nearest(run: Run) -> None:
    ended = run("state", "show", "production", "adda@example.org")
    assert ended.code == EXIT_INVALID
    assert "Did you mean ada@example.org?" in ended.err


def test_show_of_someone_unknown_gives_nobody_away_when_masked(run: Run) -> None:
    ended = run("state", "show", "production", "adda@example.org", "--mask")
    assert "ada@" not in ended.err
    assert "adda" not in ended.err


def test_show_of_what_is_no_address_says_so(run: Run) -> None:
    ended = run("state", "show", "production", "nobody")
    assert ended.code == EXIT_INVALID
    assert "This is not an e-mail address: nobody." in ended.err


def test_rm_drops_just_those_named_from_whichever_section(run: Run) -> None:
    ended = run("state", "rm", "production", "ADA@example.org", "eve@example.org", "--yes")
    assert ended.code == EXIT_DONE
    assert ended.out.startswith("production: 2 entries dropped from the lockfile. They stay in the panel;")
    document = json.loads(run("state", "list", "production", "--format", "json").out)
    assert [member["key"] for member in document["members"]] == ["bob@example.org", "sam@example.org"]


def test_rm_without_yes_and_without_a_terminal_is_refused(run: Run, panels: Panels) -> None:
    before = (panels.folder / "production" / "state.lock.json").read_bytes()
    ended = run("state", "rm", "production", "ada@example.org")
    assert ended.code == EXIT_REFUSED
    assert "no --yes" in ended.err
    assert (panels.folder / "production" / "state.lock.json").read_bytes() == before


def test_rm_of_people_unknown_names_all_of_them_and_drops_nobody(run: Run) -> None:
    ended = run("state", "rm", "production", "ada@example.org", "x@example.net", "y@example.net", "--yes")
    assert ended.code == EXIT_INVALID
    assert "x@example.net" in ended.err
    assert "y@example.net" in ended.err
    assert "state list" in ended.err
    assert "ada@example.org" in run("state", "list", "production").out


def test_rm_masks_the_people_it_names(run: Run) -> None:
    ended = run("state", "rm", "production", "ada@example.org", "--yes", "--mask")
    assert "a…@example.org" in ended.err
    assert "ada" not in ended.err + ended.out


def test_recover_without_a_journal_changes_nothing(run: Run, panels: Panels) -> None:
    before = (panels.folder / "production" / "state.lock.json").read_bytes()
    ended = run("state", "recover", "production")
    assert ended.code == EXIT_DONE
    assert "Nothing was changed" in ended.out
    assert (panels.folder / "production" / "state.lock.json").read_bytes() == before
