"""The problems of one file."""

from reconciler.document.findings import MOST_KEPT, Findings


def test_each_thing_is_told_once_in_the_order_of_the_file() -> None:
    findings = Findings("f")
    for position in [(2, 1), (1, 5), (2, 1), None]:
        findings.add(position, ("Wrong.",))
    assert [str(problem) for problem in findings.in_order()] == [
        "f: Wrong.",
        "f:1:5: Wrong.",
        "f:2:1: Wrong.",
    ]


def test_of_more_than_memory_has_room_for_the_first_are_told_and_that_there_are_more() -> None:
    findings = Findings("f")
    for line in range(MOST_KEPT):
        findings.add((line + 1, 1), ("Wrong.",))
    findings.add((1, 1), ("Wrong.",))
    assert len(findings.in_order()) == MOST_KEPT
    findings.add((MOST_KEPT + 1, 1), ("Wrong.",))
    assert "More is wrong in this file" in str(findings.in_order()[-1])
    assert len(findings.in_order()) == MOST_KEPT + 1
