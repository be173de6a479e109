"""PyYAML's words → plain ones."""

from pathlib import Path

import pytest

from reconciler.document import event_source
from reconciler.document.composer import Composer
from reconciler.document.findings import Findings
from reconciler.errors import InvalidInput
from reconciler.problem import plain

CASES = sorted((Path(__file__).parent.parent / "cases" / "members").glob("syntax-*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("has_libyaml", [True, False])
def test_both_parsers_words_are_known(
    *, path: Path, has_libyaml: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_source, "HAS_LIBYAML", has_libyaml)
    with pytest.raises(InvalidInput) as caught:
        Composer(path.read_text(encoding="utf-8"), Findings("f")).root()
    (problem,) = caught.value.problems
    assert problem.hint
    assert "not valid YAML" not in plain(problem.message)
    assert problem.place is not None
    assert problem.place.line is not None
