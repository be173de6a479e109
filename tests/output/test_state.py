"""What the lockfile records, on the screen."""

import pytest
from inline_snapshot import snapshot
from people import PUSHED, lockfile_of, person
from screens import as_json, as_markdown, as_text

from reconciler.lockfile.model import Outcome, Present, Rejected, Unconfirmed, Undelivered
from reconciler.output.documents.state import KnownMember, member_screen, members_screen
from reconciler.output.wording import OUTCOMES

LOCKFILE = lockfile_of(
    person("bob"),
    person("ada"),
    rejected={"eve@example.org": Rejected("Invalid birthday", PUSHED, person("eve", firstName="Eve"))},
    unconfirmed={"sam@example.org": Unconfirmed(PUSHED, person("sam"))},
)
EVE = KnownMember("p", "eve@example.org", LOCKFILE.rejected["eve@example.org"])
BLOCKED = Present(Outcome.ADDED, PUSHED, person("ada"), Undelivered("delete", "blocked", PUSHED))


def test_all_members_by_section_and_identity() -> None:
    assert as_text(members_screen("p", LOCKFILE)) == snapshot("""\
p: 2 members (2 added), 1 rejected, 1 unconfirmed.

  ada@example.org  added        2026-11-23T09:00:00Z
  bob@example.org  added        2026-11-23T09:00:00Z
  eve@example.org  rejected     2026-11-23T09:00:00Z
  sam@example.org  unconfirmed  2026-11-23T09:00:00Z
""")


def test_one_member_with_all_that_is_recorded() -> None:
    assert as_text(member_screen(EVE)) == snapshot("""\
eve@example.org in p

outcome: rejected
means:   refused by the API
sent:    2026-11-23T09:00:00Z
refused: the API says: Invalid birthday

  emailAddress  eve@example.org
  firstName     "Eve"
""")


def test_a_long_list_is_whole_on_a_terminal() -> None:
    everybody = lockfile_of(*(person(f"m{number:03}") for number in range(300)))
    assert as_text(members_screen("p", everybody)).count("@example.org") == 300


def test_a_list_as_json_names_the_section() -> None:
    data = as_json(members_screen("p", LOCKFILE))
    assert data["has_lockfile"] is True
    assert [(m["key"], m["section"], m["outcome"]) for m in data["members"]] == [
        ("ada@example.org", "members", "added"),
        ("bob@example.org", "members", "added"),
        ("eve@example.org", "rejected", "rejected"),
        ("sam@example.org", "unconfirmed", "unconfirmed"),
    ]
    assert data["members"][2]["reason"] == "Invalid birthday"


def test_without_a_lockfile_nobody_is_listed() -> None:
    screen = members_screen("p", None)
    assert "p: no lockfile found." in as_text(screen)
    assert "p: no lockfile found." in as_markdown(screen)
    assert as_json(screen) == {"format": 1, "environment": "p", "has_lockfile": False, "members": []}


def test_a_list_as_markdown_is_a_table() -> None:
    assert "| `e…@example.org` | rejected |" in as_markdown(members_screen("p", LOCKFILE), masked=True)


def test_masked_one_member_keeps_the_names_of_the_fields() -> None:
    for found in (as_text(member_screen(EVE), masked=True), as_markdown(member_screen(EVE), masked=True)):
        assert "firstName" in found
        assert "Eve" not in found
        assert "eve" not in found
        assert "Invalid birthday" in found


def test_one_member_as_json() -> None:
    assert as_json(member_screen(EVE)) == {
        "format": 1,
        "environment": "p",
        "key": "eve@example.org",
        "section": "rejected",
        "outcome": "rejected",
        "proves": OUTCOMES["rejected"],
        "pushed": PUSHED,
        "reason": "Invalid birthday",
        "attributes": {"emailAddress": "eve@example.org", "firstName": "Eve"},
    }


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_says_what_it_proves(outcome: Outcome) -> None:
    ada = KnownMember("p", "ada@example.org", Present(outcome, PUSHED, person("ada")))
    assert OUTCOMES[outcome] in as_text(member_screen(ada))


def test_what_the_api_refused_about_a_member_is_shown() -> None:
    listed = members_screen("p", lockfile_of().with_entries({"ada@example.org": BLOCKED}))
    alone = member_screen(KnownMember("p", "ada@example.org", BLOCKED))
    for show in (as_text, as_markdown):
        assert "added, delete refused" in show(listed)
        assert "refused to delete on" in show(alone)
