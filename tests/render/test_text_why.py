"""One person on one screen."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.explain import DeclaredAt, Explanation
from reconciler.git.repository import NOT_COMMITTED, Written
from reconciler.lockfile.model import Outcome, Present, Undelivered
from reconciler.plan.model import Change, FieldChange
from reconciler.problems import Location
from reconciler.render.showing import RenderOptions
from reconciler.render.text_why import text_why, wrapped
from reconciler.render.why_next import Commands

ADA = "ada@example.org"
COMMANDS = Commands("reconciler validate p", "reconciler apply p", "reconciler state publish p")


def shown(explanation: Explanation, *, masked: bool = False) -> str:
    return text_why(explanation, COMMANDS, RenderOptions(masked=masked))


def declared(written: Written | None) -> Explanation:
    return Explanation("p", ADA, "2026-11-26", (DeclaredAt(Location("panels/p/team.yaml", 2), written),))


def test_a_command_stays_on_one_line_so_that_it_can_be_copied() -> None:
    assert wrapped("To do it: `reconciler apply production`. Else not.", 30) == [
        "To do it:",
        "`reconciler apply production`.",
        "Else not.",
    ]


@given(st.text(max_size=300), st.integers(10, 80))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    assert " ".join(wrapped(text, width)).split() == text.split()


def test_a_commit_is_told_with_its_day_and_its_author() -> None:
    text = shown(declared(Written("0123456789abcdef", "Ada Lovelace", "2026-11-20")))
    assert "commit 0123456789ab, 2026-11-20, by Ada Lovelace\n" in text


def test_an_author_is_hidden_where_people_are_masked() -> None:
    text = shown(declared(Written("0123456789abcdef", "Ada Lovelace", "2026-11-20")), masked=True)
    assert "commit 0123456789ab, 2026-11-20, by …\n" in text
    assert "Lovelace" not in text


def test_a_history_that_is_cut_off_is_told() -> None:
    assert "or before it" in shown(declared(Written("0" * 39 + "1", "Ada", "2026-11-20", is_oldest=True)))


def test_a_line_that_is_not_committed_is_told_as_that() -> None:
    assert "\n            not committed yet\n" in shown(declared(NOT_COMMITTED))


def test_where_git_cannot_tell_nothing_is_said_of_it() -> None:
    text = shown(declared(None))
    assert "commit" not in text


def test_a_refusal_that_is_noted_on_an_entry_is_told() -> None:
    note = Undelivered("delete", "blocked", "2026-11-24T09:00:00Z")
    entry = Present(Outcome.ADDED, "2026-11-23T09:00:00Z", {"emailAddress": ADA}, note)
    text = shown(Explanation("p", ADA, "2026-11-26", entry=entry))
    assert "refused to delete on 2026-11-24T09:00:00Z, the API's word: blocked" in " ".join(text.split())


def test_of_very_many_fields_the_first_are_shown_and_the_others_counted() -> None:
    fields = tuple(FieldChange(f"custom{number}", "a", "b") for number in range(9))
    text = shown(Explanation("p", ADA, "2026-11-26", action=Change(ADA, "x:1", fields, {})))
    assert 'custom5: "a" → "b"' in text
    assert "… and 3 fields more" in text
