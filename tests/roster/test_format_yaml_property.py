"""Formatting changes how a member file in YAML is written, and nothing else."""

import re
from itertools import groupby
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st
from member_texts import Made, member_texts

from reconciler.member import Attributes
from reconciler.roster.format_yaml import canonical_yaml
from reconciler.roster.reader import read_roster

_FILE = Path("members.yaml")


def declared(text: str) -> dict[str, tuple[Attributes, str | None]]:
    reading = read_roster([_FILE], texts={_FILE: text})
    assume(not reading.problems)
    return {key: (member.attributes, member.expires) for key, member in reading.roster.members.items()}


@given(made=member_texts())
def test_the_members_stay_and_each_comment_and_formatting_again_changes_nothing(made: Made) -> None:
    text, comments = made
    before = declared(text)
    formatted = canonical_yaml(text, list(before))
    after = declared(formatted)
    assert after == before
    assert {comment: formatted.count(comment) for comment in comments} == dict.fromkeys(comments, 1)
    assert canonical_yaml(formatted, list(after)) == formatted


_FORMS = (
    "# {0} above\n- emailAddress: {0}@example.org\n",
    "- # {0} at the dash\n  emailAddress: {0}@example.org\n",
    "-\n  # {0} below the dash\n  emailAddress: {0}@example.org\n",
    "- emailAddress: {0}@example.org  # {0} behind\n  city: Lund\n",
    "- emailAddress: {0}@example.org\n  # {0} inside\n  city: Lund  # {0} behind\n",
    "- emailAddress: {0}@example.org\n  custom1: |  # {0} at a block\n    one\n    two\n  # {0} below\n",
    "- {{city: Lund,  # {0} in brackets\n   emailAddress: {0}@example.org\n   # {0} at the end\n  }}\n",
    "- {{emailAddress: {0}@example.org}}  # {0} behind the bracket\n",
    (
        "- emailAddress: {0}@example.org\n"
        "  profileFields:\n  - profileFieldId: 1\n    # {0} deep\n    value: x\n    # {0}\n"
    ),
)


@given(
    forms=st.lists(st.sampled_from(_FORMS), min_size=1, max_size=5),
    order=st.permutations(range(5)),
    indentation=st.sampled_from(["", "  "]),
    is_sorted=st.booleans(),
)
def test_each_comment_stays_with_its_member(
    forms: list[str], order: list[int], indentation: str, *, is_sorted: bool
) -> None:
    names = [f"person{number}" for number in order[: len(forms)]]
    written = "".join(form.format(name) for form, name in zip(forms, names, strict=True))
    members = "".join(f"{indentation}{line}\n" for line in written.splitlines())
    top = "# reconciler: sorted\n\n" if is_sorted else ""
    formatted = canonical_yaml(f"{top}members:\n{members}", [f"{name}@example.org" for name in names])
    assert formatted.count("# person") == written.count("# person")
    mentioned = re.findall(r"person\d", formatted)
    assert [name for name, _ in groupby(mentioned)] == (sorted(names) if is_sorted else names)
