"""Whatever stands in files and answers, what is shown of it does nothing but be read."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from plans import CIRCUMSTANCES, plan_of

from reconciler.apply.report import Counts, Report
from reconciler.explain import DeclaredAt, Explanation
from reconciler.git.repository import Written
from reconciler.lockfile.model import Outcome, Present, Rejected
from reconciler.member import Removal
from reconciler.plan.model import Add, Change, FieldChange, Plan, Remove, StillRejected
from reconciler.plan.pull_request import Base
from reconciler.problems import Address, Location, Problem, Value
from reconciler.render.listing import KnownMember, PlanListing, Valid, Validation
from reconciler.render.showing import RenderOptions
from reconciler.render.view import Format, View, view_for
from reconciler.render.why_next import Commands

WITHOUT_COMMANDS = [Format.TEXT, Format.MARKDOWN, Format.JSON]
_SPICE = st.sampled_from(
    ["::error::x", "##[group]", "@octocat", "<img src=x>", "[a](http://b.c)", "|", "`", "``", "\n", "\x1b[2J"]
)
_DATA = st.lists(st.text(st.characters(), max_size=6) | _SPICE, max_size=3).map("".join)
_MASKABLE = st.text("ÆØÞ", min_size=3, max_size=6)
# No page shows a comment; it ends with its line, and at the first "--" at the latest.
_COMMENT = re.compile(r"<!--(?:(?!--).)*-->")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)")


def _plan(text: str) -> Plan:
    return plan_of(
        Add(text, f"{text}:1", {"emailAddress": text}, doubtful=True),
        Change(text, text, (FieldChange(text, text, [text, 1]), FieldChange(text, None, {"city": text})), {}),
        Remove(text, Removal.FORGET, {}),
        StillRejected(text, f"{text}:3", text, {"emailAddress": text}),
        environment=text,
    )


def _explanation(text: str) -> Explanation:
    return Explanation(
        text,
        text,
        "2026-11-26",
        (DeclaredAt(Location(text, 1), Written("0123456789abcdef", text, "2026-11-20")),),
        suppressed=Location(text, 1),
        entry=Rejected(text, text, {"emailAddress": text, "firstName": text}),
        action=Change(text, text, (FieldChange(text, text, [text, 1]),), {}),
        problems=(Problem((text,), location=Location(text, 1)),),
    )


def _everything(view: View, text: str) -> list[str]:
    plan = _plan(text)
    problem = Problem((text, Address(text), Value(text)), (text, Value(text)), Location(text, 1))
    attributes = {"emailAddress": text, "firstName": text}
    lockfile_entry = Rejected(text, text, attributes)
    rejected = tuple(action for action in plan.actions if isinstance(action, StillRejected))
    return [
        view.plan(plan, CIRCUMSTANCES),
        view.plans(
            PlanListing(((plan, CIRCUMSTANCES),), (problem,), (text,), (text, text), Base(text, text))
        ),
        view.report(Report(text, Counts(rejected=1), rejected=rejected, problems=(problem,))),
        view.problems([problem], text),
        view.validation(Validation((Valid(text, 1, 1),), (problem,))),
        view.member(KnownMember(text, text, lockfile_entry)),
        view.member(KnownMember(text, text, Present(Outcome.ADDED, text, attributes))),
        view.why(_explanation(text), Commands("validate", "apply", "publish")),
        view.why(
            replace(_explanation(text), action=None, like=text), Commands("validate", "apply", "publish")
        ),
    ]


@given(text=_DATA, chosen=st.sampled_from(WITHOUT_COMMANDS), masked=st.booleans())
def test_no_control_character_and_no_workflow_command_is_shown(
    text: str, chosen: Format, *, masked: bool
) -> None:
    for shown in _everything(view_for(chosen, RenderOptions(masked=masked)), text):
        for line in shown.removesuffix("\n").split("\n"):
            assert line.isprintable()
            assert not line.lstrip().startswith("::")
            assert "##[" not in line


@given(_DATA)
def test_in_markdown_no_data_comes_alive(text: str) -> None:
    for shown in _everything(view_for(Format.MARKDOWN, RenderOptions(full=True)), text):
        for line in shown.replace("<br>", "").split("\n"):
            prose = "" if _COMMENT.fullmatch(line) else _CODE.sub("", line)
            assert not re.search(r"[@<>\[\]`\\]|://|www\.", prose)


@given(_DATA)
def test_in_markdown_each_row_has_the_cells_of_its_table(text: str) -> None:
    for shown in _everything(view_for(Format.MARKDOWN, RenderOptions()), text):
        for table in re.findall(r"(?:^\|.*\n)+", shown, re.MULTILINE):
            cells = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
            assert len(cells) == 1


@given(_MASKABLE, st.sampled_from([Format.TEXT, Format.MARKDOWN, Format.GITHUB]))
def test_masked_no_value_and_no_address_is_shown(value: str, chosen: Format) -> None:
    address = f"x{value}@example.org"
    attributes = {
        "emailAddress": address,
        "firstName": value,
        "profileFields": [{"profileFieldId": 5, "value": [value]}],
    }
    reason = f"{value}: {address} has firstName '{value}'"
    plan = plan_of(
        Add(address, "a.yaml:1", attributes),
        Change(address, "a.yaml:2", (FieldChange("firstName", value, {"city": value}),), {}),
        Remove(address, Removal.FORGET, {}),
        StillRejected(address, "a.yaml:3", reason, attributes),
    )
    view = view_for(chosen, RenderOptions(masked=True))
    entry = Rejected(reason, "", attributes)
    explained = Explanation(
        "p",
        address,
        "2026-11-26",
        (DeclaredAt(Location("a.yaml", 1), Written("0123456789abcdef", value, "2026-11-20")),),
        entry=entry,
        action=Change(address, "a.yaml:2", (FieldChange("firstName", value, {"city": value}),), {}),
        like=address,
    )
    problem = Problem((Address(address), " has ", Value(value)), (f"Not {address}", Value(value)))
    rejected = tuple(action for action in plan.actions if isinstance(action, StillRejected))
    for shown in (
        view.plan(plan, CIRCUMSTANCES),
        view.report(Report("p", rejected=rejected, problems=(problem,))),
        view.problems([problem], "p"),
        view.member(KnownMember("p", address, entry)),
        view.why(explained, Commands("validate", "apply", "publish")),
    ):
        assert value not in shown
        assert "x…@example.org" in shown
