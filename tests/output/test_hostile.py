"""Every document in every format: whatever files and answers hold, what is shown of it is only read."""

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import lockfile_of
from plans import CONTEXT, TOO_MANY_LEAVE, plan_of
from screens import command
from workflow_commands import obeyed

from reconciler.apply.report import Counts, Report
from reconciler.checks import Checked, failed, ok, unknown
from reconciler.environment.overview import Placed
from reconciler.explain import DeclaredAt, Explanation
from reconciler.find import Kind, Occurrence, Occurrences
from reconciler.git.repository import Written
from reconciler.importing.columns import Column as ImportedColumn
from reconciler.importing.columns import Columns
from reconciler.importing.run import Imported
from reconciler.importing.update import Difference, Person, RefusedRow, Update
from reconciler.lint.model import Correction, PlanLint
from reconciler.lockfile.model import Lockfile, Outcome, Present, Rejected, Undelivered
from reconciler.member import Removal
from reconciler.output import documents
from reconciler.output.documents.checks import doctor_screen, platform_screen
from reconciler.output.documents.drift import drift_screen
from reconciler.output.documents.explain import why_screen
from reconciler.output.documents.find import occurrences_screen
from reconciler.output.documents.imported import import_screen
from reconciler.output.documents.plan import plan_screen, plans_screen
from reconciler.output.documents.problems import Valid, Validation, problems_screen, validation_screen
from reconciler.output.documents.report import report_screen, reports_screen
from reconciler.output.documents.state import KnownMember, member_screen, members_screen
from reconciler.output.documents.status import EnvironmentStatus, environments_screen, status_screen
from reconciler.output.documents.suppress import suppressed_screen
from reconciler.output.plan_json import PlanContext, PlanListing
from reconciler.output.render import Format, RenderOptions, Screen, render
from reconciler.plan.model import (
    Action,
    Add,
    Change,
    Expiring,
    FieldChange,
    Plan,
    Remove,
    StillRejected,
    Unremoved,
)
from reconciler.plan.pull_request import Base, PullRequestChanges, SettingChange
from reconciler.problems import Address, Code, Location, Problem, Severity, Value
from reconciler.readback.model import Drift, FieldDrift, Finding, MemberDrift, PanelRead
from reconciler.suppressing import PlannedRemoval, StillDeclared, Suppressed


class Hostile:
    """One text wherever data can be: as an address, as a value, and as a name of files and environments."""

    def __init__(self, address: str, value: str, name: str) -> None:
        """`name` is also what the API says."""
        self.address = address
        self.name = name
        self.attributes = {"emailAddress": address, "firstName": value, "profileFields": _profile(value)}
        self.reason = f"{name} {value}: {address}"
        self.value = value

    @property
    def problem(self) -> Problem:
        """A problem whose message has every kind of part."""
        parts = (Address(self.address), Value(self.value), Code(self.name))
        return Problem(
            parts, (*parts, self.name), Location(self.name, 1), severity=Severity.WARNING, code="odd"
        )

    @property
    def checked(self) -> Checked:
        """An environment with a check of each kind."""
        return Checked(
            self.name, (ok("key", "accepted"), failed("git", self.problem), unknown("host", self.problem))
        )

    @property
    def rejected(self) -> StillRejected:
        """A rejected member."""
        return StillRejected(self.address, f"{self.name}:3", self.reason, self.attributes)

    @property
    def change(self) -> Change:
        """A change of a text and of something structured."""
        fields = (
            FieldChange("city", self.value, None),
            FieldChange("city", {"city": self.value}, [self.value]),
        )
        return Change(self.address, self.name, fields, {})

    @property
    def plan(self) -> Plan:
        """A plan with every kind of action."""
        unremoved = Unremoved(self.address, Removal.DELETE, self.reason, self.attributes)
        actions: list[Action] = [
            Add(self.address, f"{self.name}:1", self.attributes, doubtful=True),
            Add(self.address, f"other{self.name}:1", self.attributes),
            self.change,
            Remove(self.address, Removal.FORGET, {}, expired="2026-11-26", source=self.name),
            self.rejected,
            unremoved,
        ]
        expiring = (Expiring(self.address, self.name, "2026-11-26"),)
        plan = plan_of(*actions, environment=self.name, refusals=[TOO_MANY_LEAVE])
        return replace(plan, expiring=expiring, target=self.name)

    @property
    def context(self) -> PlanContext:
        """A pull request that changes settings, whose base can't be read, with odd members."""
        lint = PlanLint((self.problem,), (Correction(self.address, self.address, f"{self.name}:3"),))
        settings = (SettingChange("target", self.name, None),)
        changes = PullRequestChanges(
            Base(self.name, self.name), None, has_new_settings=True, settings=settings
        )
        return CONTEXT._replace(pull_request=changes, lint=lint, unfetched=self.name, is_recovered=True)

    @property
    def lockfile(self) -> Lockfile:
        """A lockfile with one refused member."""
        return lockfile_of(rejected={self.address: Rejected(self.reason, "2026-11-26", self.attributes)})

    @property
    def present(self) -> KnownMember:
        """A member the API refused to remove."""
        note = Undelivered("delete", self.reason, "2026-11-26")
        return KnownMember(self.name, self.address, Present(Outcome.ADDED, "2026", self.attributes, note))

    @property
    def report(self) -> Report:
        """A report of an apply that was refused something."""
        rejected = (self.rejected, Unremoved(self.address, Removal.DELETE, self.reason, self.attributes))
        return Report(self.name, Counts(rejected=2), rejected=rejected, problems=(self.problem,))

    @property
    def explanation(self) -> Explanation:
        """What holds for a member, with a change to show."""
        written = Written("0123456789abcdef", self.value, "2026-11-20")
        return Explanation(
            self.name,
            self.address,
            "2026-11-26",
            (DeclaredAt(Location(self.name, 1), written),),
            suppressed=Location(self.name, 1),
            entry=Rejected(self.reason, "2026-11-26", self.attributes),
            action=self.change,
            problems=(self.problem,),
        )

    @property
    def drift(self) -> Drift:
        """Someone whose fields differ in the panel, and a read that is not complete."""
        fields = (FieldDrift("city", self.value, self.value),)
        members = tuple(MemberDrift(self.address, finding, fields, source=self.name) for finding in Finding)
        read = PanelRead({}, calls=1, reason=(self.name, Value(self.value)), denial=self.problem)
        return Drift(self.name, self.name, read, members, 1, 1)

    @property
    def imported(self) -> Imported:
        """An import of a table whose headings and people may be anything."""
        person = Person(2, self.address, {"emailAddress": self.address, "city": self.value})
        return Imported(
            environment=self.name,
            file=self.name,
            columns=Columns((ImportedColumn(0, self.name, "emailAddress"),), (self.name,)),
            update=Update(
                ("emailAddress", "city"),
                {self.address: person.fields},
                (person,),
                differs={self.address: (Difference("city", self.value, ""),)},
                gone=(self.address,),
                elsewhere={self.address: self.name},
            ),
            refused=(RefusedRow(3, (self.value,), (Address(self.address), Value(self.value))),),
            notes=(self.name,),
            header=(self.name,),
            text=self.value,
            import_yaml=None,
            is_dry_run=True,
            next_steps=((Code(self.name), self.name),),
        )

    @property
    def suppressed(self) -> Suppressed:
        """Somebody who is declared and recorded all the same."""
        removal = PlannedRemoval(Removal.DELETE, 1, "members", "added", (TOO_MANY_LEAVE,))
        declared = (StillDeclared(self.name, self.name, 1), StillDeclared("p", self.name, 1))
        place = Location(self.name, 1)
        return Suppressed(self.name, self.address, place, False, declared, removal, (self.problem,))


def _profile(value: str) -> list[dict[str, object]]:
    return [{"profileFieldId": 5, "value": [value]}]


SCREENS: dict[str, Callable[[Hostile], Screen]] = {
    "plan_screen": lambda it: plan_screen(it.plan, it.context),
    "plans_screen": lambda it: plans_screen(
        PlanListing(
            ((it.plan, it.context),) * 2,
            (it.problem,),
            (it.name,),
            (it.name, it.name),
            Base(it.name, it.name),
        )
    ),
    "report_screen": lambda it: report_screen(it.report),
    "reports_screen": lambda it: reports_screen([it.report, it.report]),
    "problems_screen": lambda it: problems_screen([it.problem] * 5, it.name),
    "validation_screen": lambda it: validation_screen(
        Validation((Valid(it.name, 1, 1, {it.name: it.name}),), (it.problem,), (it.problem,))
    ),
    "members_screen": lambda it: members_screen(it.name, it.lockfile),
    "member_screen": lambda it: member_screen(it.present),
    "why_screen": lambda it: why_screen(it.explanation, command),
    "suppressed_screen": lambda it: suppressed_screen((it.suppressed,), command, is_single=True),
    "suppressed_screen of several": lambda it: suppressed_screen(
        (it.suppressed, it.suppressed), command, is_single=False
    ),
    "occurrences_screen": lambda it: occurrences_screen(
        Occurrences(it.address, (Occurrence(it.name, 1, Kind.DECLARED, it.name),), (it.problem,), (it.name,))
    ),
    "drift_screen": lambda it: drift_screen(it.drift),
    "import_screen": lambda it: import_screen(it.imported),
    "status_screen": lambda it: status_screen(
        [EnvironmentStatus(it.name, 1, 2, 3, 4, 5, 6, 7, None, interrupted=True)], [it.problem]
    ),
    "doctor_screen": lambda it: doctor_screen([it.checked, it.checked]),
    "platform_screen": lambda it: platform_screen("GitHub", it.checked),
    "environments_screen": lambda it: environments_screen([Placed(it.name, (it.name,), it.name, False)]),
}

_SPICE = st.sampled_from(
    [
        *("::error::x", "##[group]", "%0A::stop-commands::x", "@octocat", "<img src=x>", "[a](http://b.c)"),
        *("|", "`", "``", "\n", "\r", "-->", "\x1b[2J", "\u202e"),
    ]
)
_DATA = st.lists(st.text(max_size=6) | _SPICE, max_size=3).map("".join)
_MASKABLE = st.text("ÆØÞ", min_size=3, max_size=6)
# No page shows a comment; it ends with its line, and at the first "--" at the latest.
_COMMENT = re.compile(r"<!--(?:(?!--).)*-->")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)")
_OURS = re.compile(r"</?(?:details|summary)>|<br>|<https://run\.test/>")

_few = settings(max_examples=10)  # of each of forty screens
each_screen = pytest.mark.parametrize("name", SCREENS)


def shown(name: str, it: Hostile, chosen: Format, **options: object) -> str:
    """One screen in one format."""
    return render(SCREENS[name](it), chosen, RenderOptions(**options))  # type: ignore[arg-type] # its fields


def test_every_document_is_tried() -> None:
    modules = (importlib.import_module(found.name) for found in _modules_of(documents))
    made = {name for module in modules for name in vars(module) if name.endswith("_screen")}
    assert made == {name.partition(" ")[0] for name in SCREENS}


def _modules_of(package: ModuleType) -> list[pkgutil.ModuleInfo]:
    return list(pkgutil.iter_modules(package.__path__, f"{package.__name__}."))


@each_screen
@pytest.mark.parametrize("chosen", [Format.TEXT, Format.MARKDOWN, Format.JSON])
@_few
@given(text=_DATA, masked=st.booleans())
def test_no_control_character_and_no_workflow_command_is_shown(
    name: str, chosen: Format, text: str, *, masked: bool
) -> None:
    result = shown(name, Hostile(text, text, text), chosen, masked=masked)
    assert all(line.isprintable() for line in result.split("\n"))
    assert obeyed(result) == []


@each_screen
@_few
@given(text=_DATA, masked=st.booleans())
def test_in_a_workflows_log_only_our_own_commands_are_obeyed(name: str, text: str, *, masked: bool) -> None:
    screen = SCREENS[name](Hostile(text, text, text))
    harmless = SCREENS[name](Hostile("a", "b", "c"))
    options = RenderOptions(masked=masked)
    found, expected = (obeyed(render(each, Format.GITHUB, options)) for each in (screen, harmless))
    assert [each.name for each in found] == [each.name for each in expected]


@each_screen
@pytest.mark.parametrize("budget", [None, 3000])
@_few
@given(text=_DATA)
def test_in_markdown_no_data_comes_alive(name: str, budget: int | None, text: str) -> None:
    it = Hostile(text, text, text)
    result = shown(name, it, Format.MARKDOWN, most_bytes=budget, link="https://run.test/")
    for line in result.split("\n"):
        prose = "" if _COMMENT.fullmatch(line) else _CODE.sub("", _OURS.sub("", line))
        assert not re.search(r"[@<>\[\]`\\]|://|www\.", prose)


@each_screen
@_few
@given(text=_DATA)
def test_in_markdown_each_row_has_the_cells_of_its_table(name: str, text: str) -> None:
    result = shown(name, Hostile(text, text, text), Format.MARKDOWN)
    for table in re.findall(r"(?:^\|.*\n)+", result, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


@each_screen
@pytest.mark.parametrize("budget", [1000, 3000, 60_000])
@_few
@given(text=_DATA)
def test_markdown_keeps_to_its_budget(name: str, budget: int, text: str) -> None:
    it = Hostile(text * 20, text * 20, text * 20)
    assert len(shown(name, it, Format.MARKDOWN, most_bytes=budget).encode()) <= budget


@each_screen
@pytest.mark.parametrize("chosen", [Format.TEXT, Format.MARKDOWN, Format.GITHUB])
@_few
@given(value=_MASKABLE)
def test_masked_no_value_and_no_address_is_shown(name: str, chosen: Format, value: str) -> None:
    it = Hostile(f"x{value}@example.org", value, "a.yaml")
    result = shown(name, it, chosen, masked=True)
    assert value not in result
    assert value in shown(name, it, Format.JSON, masked=True) or value not in shown(name, it, chosen)
