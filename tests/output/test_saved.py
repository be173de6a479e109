"""A saved plan or report is shown as it was when it was saved, in every format."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from plans import FILE, TOO_MANY_LEAVE, add, change, plan_of, rejected, remove, unremoved
from screens import as_json, command

from reconciler.apply.report import Counts, Provenance, Report
from reconciler.environment.model import Policy
from reconciler.errors import EXIT_REFUSED, InvalidInput
from reconciler.lint.model import Correction, PlanLint
from reconciler.member import Removal
from reconciler.output.documents.plan import plan_screen, plans_screen
from reconciler.output.documents.problems import problems_screen
from reconciler.output.documents.report import report_screen, reports_screen
from reconciler.output.json_shapes import json_text
from reconciler.output.plan_json import PlanContext, PlanListing
from reconciler.output.render import Format, RenderOptions, Screen, render
from reconciler.output.saved import read_saved
from reconciler.plan.model import Expiring, FieldChange, Selection
from reconciler.plan.pull_request import Base, PullRequestChanges, SettingChange
from reconciler.problems import Address, Code, Location, Problem, Severity, Value

ODD = Problem(
    (Address("ada@example.org"), " is ", Value("Lovelace"), " in ", Code("lastName"), "."),
    ("Odd.",),
    Location(FILE, 4, 2),
    severity=Severity.WARNING,
    code="odd",
)
PLAN = replace(
    plan_of(
        add(doubtful=True),
        change(FieldChange("city", "Paris", None), FieldChange("profileFields[5]", [1, "b"], {"city": "x"})),
        remove(by=Removal.DELETE, doubtful=True),
        remove("kurt", was_rejected=True),
        remove("zoe", expired="2026-11-01", source=f"{FILE}:8"),
        rejected("Eve Moneypenny: no", firstName="Eve", lastName="Moneypenny"),
        unremoved("sam"),
        unchanged=95,
        refusals=[TOO_MANY_LEAVE],
        has_lockfile=False,
    ),
    expiring=(Expiring("ada@example.org", f"{FILE}:4", "2026-12-01"),),
    expired=2,
    selection=Selection(("ada@example.org",), frozenset({"ada@example.org"})),
)
LINT = PlanLint((ODD,), (Correction("bob@example.org", "bobb@example.org", f"{FILE}:9"),))
CHANGES = PullRequestChanges(
    Base("origin/main", "4f6b5a1d0c3e2b7a9f8e6d5c4b3a29180716f5e4"),
    frozenset({"grace@example.org", "bob@example.org"}),
    has_new_settings=True,
    settings=(SettingChange("target", "https://a.example", None),),
    former={"bob@example.org": f"{FILE}:7"},
)
ALONE = PlanContext().with_commands(command, "production", "x.json", ())
FULL = PlanContext(
    is_recovered=True,
    pull_request=CHANGES,
    unfetched="state",
    conflicts=3,
    lint=LINT,
    allowed=("add",),
    would_act=True,
).with_commands(command, "production", "x.json", ())
REPORT = Report(
    "production",
    Counts(added=5, unattributed=3, rejected=3, blocked=1),
    calls=4,
    retries=1,
    allowance_left=0,
    recovered=2,
    rejected=(
        rejected("Eve Moneypenny: no", lastName="Moneypenny"),
        structs.replace(rejected(), is_there=True),
        unremoved(),
    ),
    blocked=(unremoved("sam"),),
    left_unattributed=2,
    problems=(ODD, Problem(("No answer.",))),
    policy=Policy(on_remove=Removal.DELETE),
    wrote_lockfile=True,
    provenance=Provenance("4f6b5a1", "77", None),
)
SCREENS = {
    "plan": plan_screen(PLAN, ALONE),
    "plan of a pull request": plan_screen(PLAN, FULL),
    "plan that can't be told apart": plan_screen(
        PLAN, FULL._replace(pull_request=replace(CHANGES, keys=None))
    ),
    "plan for another day": plan_screen(PLAN, ALONE._replace(today="2027-01-31")),
    "plans": plans_screen(
        PlanListing(
            ((PLAN, FULL.with_commands(command, "production", None, ["ada@example.org"])),) * 2,
            (ODD,),
            ("north",),
            ("south",),
            CHANGES.base,
        )
    ),
    "report": report_screen(REPORT),
    "report of a refusal": report_screen(Report("p", problems=(ODD,), failure=EXIT_REFUSED)),
    "reports": reports_screen([REPORT, replace(REPORT, publish="publish", provenance=None)]),
    "problems": problems_screen([ODD, Problem(("No.",))], "production"),
}


def saved(screen: Screen) -> bytes:
    """The bytes of the file."""
    return json_text(screen.data()).encode()


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("chosen", Format)
def test_it_is_shown_as_it_was_when_it_was_saved(name: str, chosen: Format, *, masked: bool) -> None:
    screen, options = SCREENS[name], RenderOptions(masked=masked)
    again = read_saved(saved(screen), file="x.json", line=command).screen
    assert render(again, chosen, options) == render(screen, chosen, options)


def test_only_some_actions_can_be_listed() -> None:
    screen = read_saved(saved(SCREENS["plan"]), file="x.json", line=command, only=("remove",)).screen
    text = render(screen, Format.TEXT, RenderOptions())
    assert "bob@example.org" in text
    assert "  + " not in text


@pytest.mark.parametrize("name", ["plans", "report", "reports", "problems"])
def test_the_problems_are_separate_since_text_shows_them_on_standard_error(name: str) -> None:
    assert ODD in read_saved(saved(SCREENS[name]), file="x.json", line=command).problems


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 1}',
        '{"format": 1, "environments": []}',
        '{"format": 2, "actions": []}',
        '{"format": 1, "actions": []}',
        '{"format": 1, "calls": "x"}',
        '{"format": 1, "actions": [], "\\ud800": 1}',
        "[" * 100_000,
    ],
)
def test_any_other_file_is_refused_in_words_with_its_name(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_saved(text.encode(), file="x.json", line=command)
    (problem,) = caught.value.problems
    assert problem.location == Location("x.json")
    assert problem.hint


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4), lambda x: st.lists(x, max_size=2)
)


@settings(max_examples=100)
@given(data=st.data(), name=st.sampled_from(sorted(SCREENS)))
def test_a_damaged_file_is_shown_or_refused_and_never_fails(data: st.DataObject, name: str) -> None:
    document = as_json(SCREENS[name])
    parent, key = data.draw(st.sampled_from(list(_places(document))))
    if data.draw(st.booleans()):
        parent[key] = data.draw(_JSON)
    else:
        del parent[key]
    try:
        screen = read_saved(json.dumps(document).encode(), file="x.json", line=command).screen
        for chosen in Format:
            render(screen, chosen, RenderOptions(masked=True))
    except InvalidInput:
        pass


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Each (container, key) in a document."""
    match value:
        case dict():
            items: list[tuple[Any, Any]] = list(value.items())
        case list():
            items = list(enumerate(value))
        case _:
            return []
    return [(value, key) for key, _ in items] + [place for _, item in items for place in _places(item)]
