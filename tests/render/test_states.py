import json

import pytest
from people import PUSHED, lockfile_of, person

from reconciler.lockfile.model import Outcome, Present, Rejected, Unconfirmed, Undelivered
from reconciler.problems import Location, Problem
from reconciler.render.listing import KnownMember, Valid, Validation
from reconciler.render.showing import RenderOptions
from reconciler.render.view import Format, view_for

LOCKFILE = lockfile_of(
    person("bob"),
    person("ada"),
    rejected={"eve@example.org": Rejected("Invalid birthday", PUSHED, person("eve", firstName="Eve"))},
    unconfirmed={"sam@example.org": Unconfirmed(PUSHED, person("sam"))},
)
EVE = KnownMember("p", "eve@example.org", LOCKFILE.rejected["eve@example.org"])
VALIDATION = Validation(
    (Valid("production", 96, 3), Valid("staging", 1, 1)), (Problem(("No.",), location=Location("a.yaml", 1)),)
)
TEXT, MARKDOWN, JSON = Format.TEXT, Format.MARKDOWN, Format.JSON


def test_an_environment_that_is_well_is_one_line() -> None:
    assert view_for(TEXT, RenderOptions()).validation(VALIDATION) == (
        "production: 96 members in 3 files; all well.\nstaging: 1 member in 1 file; all well.\n"
    )


def test_validation_as_json() -> None:
    document = json.loads(view_for(JSON, RenderOptions()).validation(VALIDATION))
    assert document["format"] == 1
    assert document["environments"] == [
        {"environment": "production", "members": 96, "files": 3},
        {"environment": "staging", "members": 1, "files": 1},
    ]
    assert [problem["file"] for problem in document["problems"]] == ["a.yaml"]


def test_validation_as_markdown_holds_the_problems() -> None:
    text = view_for(MARKDOWN, RenderOptions()).validation(VALIDATION)
    assert "- production: 96 members in 3 files; all well.\n" in text
    assert "- `a.yaml:1`: No.\n" in text


def test_everybody_is_listed_by_section_and_identity() -> None:
    assert view_for(TEXT, RenderOptions()).members("p", LOCKFILE) == (
        "p: 2 members (2 added), 1 rejected, 1 unconfirmed.\n"
        f"  ada@example.org  added        {PUSHED}\n"
        f"  bob@example.org  added        {PUSHED}\n"
        f"  eve@example.org  rejected     {PUSHED}\n"
        f"  sam@example.org  unconfirmed  {PUSHED}\n"
    )


def test_a_list_as_json_names_the_section() -> None:
    document = json.loads(view_for(JSON, RenderOptions()).members("p", LOCKFILE))
    assert document["has_lockfile"] is True
    assert [(m["key"], m["section"], m["outcome"]) for m in document["members"]] == [
        ("ada@example.org", "members", "added"),
        ("bob@example.org", "members", "added"),
        ("eve@example.org", "rejected", "rejected"),
        ("sam@example.org", "unconfirmed", "unconfirmed"),
    ]
    assert document["members"][2]["reason"] == "Invalid birthday"


@pytest.mark.parametrize("chosen", [TEXT, MARKDOWN])
def test_without_a_lockfile_there_is_nobody_to_list(chosen: Format) -> None:
    assert "p: there is no lockfile." in view_for(chosen, RenderOptions()).members("p", None)


def test_a_list_as_markdown_is_a_table() -> None:
    text = view_for(MARKDOWN, RenderOptions(masked=True)).members("p", LOCKFILE)
    assert f"| `e…@example.org` | rejected | `{PUSHED}` |\n" in text


def test_one_member_is_shown_with_all_that_is_known() -> None:
    assert view_for(TEXT, RenderOptions()).member(EVE) == (
        "eve@example.org in p\n"
        "  rejected: the API refused it, so it is not in the panel by this declaration.\n"
        f"  pushed: {PUSHED}\n"
        "  the API's word: Invalid birthday\n"
        "  pushed as:\n"
        "      emailAddress: eve@example.org\n"
        '      firstName: "Eve"\n'
    )


@pytest.mark.parametrize("chosen", [TEXT, MARKDOWN])
def test_masked_one_member_keeps_the_names_of_the_fields(chosen: Format) -> None:
    text = view_for(chosen, RenderOptions(masked=True)).member(EVE)
    assert "firstName" in text
    assert "Eve" not in text
    assert "eve" not in text
    assert "Invalid birthday" in text


def test_one_member_as_json() -> None:
    assert json.loads(view_for(JSON, RenderOptions()).member(EVE)) == {
        "format": 1,
        "environment": "p",
        "key": "eve@example.org",
        "section": "rejected",
        "outcome": "rejected",
        "proves": "the API refused it, so it is not in the panel by this declaration",
        "pushed": PUSHED,
        "reason": "Invalid birthday",
        "attributes": {"emailAddress": "eve@example.org", "firstName": "Eve"},
    }


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_says_what_it_proves(outcome: Outcome) -> None:
    ada = KnownMember("p", "ada@example.org", Present(outcome, PUSHED, person("ada")))
    assert f"  {outcome}: {ada.proves}.\n" in view_for(TEXT, RenderOptions()).member(ada)


@pytest.mark.parametrize("chosen", [TEXT, MARKDOWN])
def test_a_list_tells_whom_the_api_refused_to_remove(chosen: Format) -> None:
    note = Undelivered("delete", "blocked", PUSHED)
    blocked = Present(Outcome.ADDED, PUSHED, person("ada"), note)
    text = view_for(chosen, RenderOptions()).members(
        "p", lockfile_of().with_entries({"ada@example.org": blocked})
    )
    assert "added, delete refused" in text


@pytest.mark.parametrize("chosen", [TEXT, MARKDOWN])
def test_one_member_tells_what_the_api_refused_and_when(chosen: Format) -> None:
    blocked = Present(Outcome.ADDED, PUSHED, person("ada"), Undelivered("delete", "blocked", PUSHED))
    text = view_for(chosen, RenderOptions()).member(KnownMember("p", "ada@example.org", blocked))
    assert "refused to delete" in text
    assert "blocked" in text
