"""Whatever stands in the files, `validate` says in words what is wrong with them, or that all is well."""

import json

import pytest
from checked import validated
from commands import TARGET, Panels
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import mutated, seeds
from people import person

from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Lockfile, Outcome, Present, Rejected, Unconfirmed
from reconciler.yaml_source import events

AT = "2026-11-23T09:00:00Z"
ADA, BOB, CY = (person(name) for name in ("ada", "bob", "cy"))
BOTH = {"ada": ADA, "bob": BOB}
YAML = seeds(".yaml")
CSV = seeds(".csv")
SETTINGS = [data for data in YAML if b"datacenter:" in data or b"embedded:" in data]
SUPPRESSED = [
    b"# Left\nada@example.org  # since May\n",
    b"hmac-sha256:" + b"0a" * 32 + b"\r\nBob@Example.org",
]
LOCKFILE = encode(
    Lockfile(
        "production",
        TARGET,
        {"ada@example.org": Present(Outcome.ADDED, AT, ADA)},
        {"bob@example.org": Rejected("Invalid email", AT, BOB)},
        {"cy@example.org": Unconfirmed(AT, CY)},
    )
)
JOURNAL = "".join(
    json.dumps(line) + "\n"
    for line in (
        {"record": "run", "format": 1, "environment": "production", "target": TARGET, "started": AT},
        {"record": "batch", "batch": 1, "kind": "add", "members": BOTH, "doubtful": ["bob"]},
        {"record": "batch", "batch": 2, "kind": "add", "members": {"cy": CY}, "doubtful": []},
        {"record": "sending", "batch": 1, "at": AT},
        {"record": "attempted", "batch": 1, "doubt": True},
        {
            "record": "split",
            "batch": 1,
            "into": [
                {"batch": 3, "keys": ["ada"], "doubtful": []},
                {"batch": 4, "keys": ["bob"], "doubtful": ["bob"]},
            ],
        },
        {"record": "settled", "batch": 3, "at": AT, "members": [["ada", "added"]]},
        {"record": "settled", "batch": 4, "at": AT, "members": [["bob", "rejected", "no"]]},
    )
).encode()

ORIGINALS = {
    "members/x.yaml": YAML,
    "members/x.yml": YAML,
    "members/x.csv": CSV,
    "environment.yaml": SETTINGS,
    "suppressed.txt": SUPPRESSED,
    "state.lock.json": [LOCKFILE],
    ".reconciler/journal.jsonl": [JOURNAL],
}
FILES = pytest.mark.parametrize("file", [name for name in ORIGINALS if not name.endswith(".yml")])
FORMATS = st.sampled_from(["json", "json", "text", "github", "markdown"])


def examples(count: int) -> settings:
    """So many, however long the machine takes to make them."""
    return settings(max_examples=count, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def panels(tmp_path_factory: pytest.TempPathFactory) -> Panels:
    panels = Panels(tmp_path_factory.mktemp("fuzz") / "panels")
    (panels.folder / "production" / ".reconciler").mkdir()
    return panels


@pytest.fixture(scope="module")
def patch() -> pytest.MonkeyPatch:
    return pytest.MonkeyPatch()


def is_answered_well(data: st.DataObject, file: str, panels: Panels, patch: pytest.MonkeyPatch) -> None:
    content = data.draw(mutated(ORIGINALS[file]) | mutated(ORIGINALS[file]) | st.binary(max_size=200))
    with patch.context() as patching:
        if data.draw(st.booleans(), label="with PyYAML's own parser"):
            patching.setattr(events, "HAS_LIBYAML", False)
        validated(panels, file, content, data.draw(FORMATS))


@FILES
@examples(60)
@given(data=st.data())
def test_any_file_is_answered_in_words(
    *, data: st.DataObject, file: str, panels: Panels, patch: pytest.MonkeyPatch
) -> None:
    is_answered_well(data, file, panels, patch)


@pytest.mark.exhaustive
@FILES
@examples(350)
@given(data=st.data())
def test_very_many_files_are_answered_in_words(
    *, data: st.DataObject, file: str, panels: Panels, patch: pytest.MonkeyPatch
) -> None:
    is_answered_well(data, file, panels, patch)
