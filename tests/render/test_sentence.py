import json

import pytest
from people import lockfile_of, person
from plans import CIRCUMSTANCES, add, adds, change, plan_of, rejected, remove

from reconciler.apply.report import Counts, Report
from reconciler.errors import EXIT_REFUSED
from reconciler.lockfile.model import Rejected, Unconfirmed
from reconciler.plan.model import Plan
from reconciler.render.sentence import plan_sentence, report_sentence, state_sentence
from reconciler.render.showing import RenderOptions
from reconciler.render.view import Format, view_for


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (
            plan_of(*adds(12), change(), remove("a"), remove("b"), remove("c"), rejected(), unchanged=95),
            (
                "production: 12 to add, 1 changed (not deliverable by this API), 3 to remove (forget), "
                "95 unchanged, 1 rejected."
            ),
        ),
        (plan_of(unchanged=95), "production: nothing to do, 95 unchanged."),
        (
            plan_of(change(), rejected()),
            "production: nothing to do, 1 changed (not deliverable by this API), 1 rejected.",
        ),
        (plan_of(), "production: nothing to do, nobody is declared."),
        (plan_of(remove()), "production: 1 to remove (forget), nobody is declared."),
        (plan_of(add(), environment="a\nb"), "a\\nb: 1 to add."),
    ],
)
def test_a_plan_in_one_sentence(plan: Plan, sentence: str) -> None:
    assert plan_sentence(plan) == sentence


@pytest.mark.parametrize("masked", [False, True])
def test_the_sentence_is_the_same_in_every_format(*, masked: bool) -> None:
    plan = plan_of(add(), change(), remove(), rejected(), unchanged=3)
    text, markdown, document = (
        view_for(chosen, RenderOptions(masked=masked)).plan(plan, CIRCUMSTANCES)
        for chosen in (Format.TEXT, Format.MARKDOWN, Format.JSON)
    )
    assert text.splitlines()[0] == plan_sentence(plan)
    assert markdown.splitlines()[0] == f"**{plan_sentence(plan)}**"
    assert json.loads(document)["sentence"] == plan_sentence(plan)


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (Report("production", Counts(added=2, unconfirmed=1)), "production: 2 added, 1 unconfirmed."),
        (Report("production"), "production: nothing to do."),
        (Report("production", failure=EXIT_REFUSED), "production: nothing was done."),
    ],
)
def test_a_report_in_one_sentence(report: Report, sentence: str) -> None:
    assert report_sentence(report) == sentence


def test_a_lockfile_in_one_sentence() -> None:
    lockfile = lockfile_of(
        person("ada"),
        person("bob"),
        rejected={"eve@example.org": Rejected("no", "", person("eve"))},
        unconfirmed={"sam@example.org": Unconfirmed("", person("sam"))},
    )
    assert state_sentence("p", lockfile) == "p: 2 members (2 added), 1 rejected, 1 unconfirmed."
    assert state_sentence("p", lockfile_of()) == "p: 0 members."
    assert state_sentence("p", None) == "p: there is no lockfile."
