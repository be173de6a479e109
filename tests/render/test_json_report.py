import json
from pathlib import Path

from world import World

from reconciler.apply.report import Report
from reconciler.plan.model import Summary
from reconciler.render.json_report import report_document


def test_a_report_holds_the_figures_of_its_plan() -> None:
    document = report_document(
        Report(
            "p", digest="sha256:5ca1ab1e", roster_digest="sha256:0b5e55ed", planned=Summary(3, 0, 1, 95, 0)
        )
    )
    assert document["roster_digest"] == "sha256:0b5e55ed"
    assert document["planned"] == {"add": 3, "change": 0, "remove": 1, "unchanged": 95, "rejected": 0}


def test_a_report_without_a_plan_says_null() -> None:
    document = report_document(Report("p"))
    assert (document["roster_digest"], document["planned"]) == (None, None)


def test_the_figures_are_those_that_plan_showed_whether_there_was_something_to_do_or_not(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org")
    for _ in range(2):
        planned = world.run("plan", "p", "--format", "json").json
        assert world.run("apply", "p", "--yes", "--report", "report.json").code == 0
        report = json.loads((tmp_path / "report.json").read_text())
        assert report["planned"] == planned["summary"]
        assert report["digest"] == planned["digest"]
        assert report["roster_digest"] == planned["roster_digest"]
