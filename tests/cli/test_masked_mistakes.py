"""Whatever is wrong in a file, and wherever a person's data slipped in: nothing of it reaches a log of CI."""

from pathlib import Path

import pytest
from world import World

MARK = "Lovelace"

MISTAKES = {
    "a key of the file": f"{MARK} Ada: x\nmembers: []\n",
    "a field": f"members:\n- emailAddress: ada@example.org\n  {MARK} Ada: x\n",
    "a field twice": f"members:\n- emailAddress: ada@example.org\n  {MARK}: x\n  {MARK}: y\n",
    "an alias": f"members:\n- emailAddress: ada@example.org\n  firstName: *{MARK}\n",
    "a tag": f"members:\n- emailAddress: ada@example.org\n  firstName: !{MARK} x\n",
    "an address": f"members:\n- emailAddress: {MARK}\n",
    "an address with a space": f"members:\n- emailAddress: {MARK} x@example.org\n",
    "a number": f"members:\n- emailAddress: ada@example.org\n  referID: {MARK}\n",
    "a profile field": (
        f"members:\n- emailAddress: ada@example.org\n  profileFields: [{{profileFieldId: {MARK}}}]\n"
    ),
    "a profile field's key": (
        f"members:\n- emailAddress: ada@example.org\n  profileFields: [{{profileFieldId: 1, {MARK}: x}}]\n"
    ),
    "a member that is text": f"members:\n- {MARK}\n",
    "a quote that stays open": f'members:\n- emailAddress: "{MARK}\n',
    "an indentation": f"members:\n- emailAddress: ada@example.org\n   firstName: {MARK}\n",
    "one person twice": "members:\n" + 2 * f"- emailAddress: {MARK}@example.org\n",
}
TABLES = {
    "no header": f"{MARK}@example.org,{MARK}\n",
    "a header that is a member": f"{MARK},{MARK}\nada@example.org,x\n",
    "a header with an address": f"emailAddress,{MARK}@example.org,{MARK}\nada@example.org,x,y\n",
    "too many cells": f"emailAddress\nada@example.org,{MARK}\n",
    "a number": f"emailAddress,referID\nada@example.org,{MARK}\n",
    "a quote that stays open": f'emailAddress\n"{MARK}\n',
}
FILES = [(f"{name}.yaml", text) for name, text in MISTAKES.items()]
FILES += [(f"{name}.csv", text) for name, text in TABLES.items()]


@pytest.mark.parametrize(("name", "text"), FILES, ids=[name for name, _ in FILES])
def test_a_mistake_is_reported_in_ci_without_what_may_be_personal_data(
    tmp_path: Path, name: str, text: str
) -> None:
    world = World(tmp_path)
    world.environment()
    world.write(f"p/members/{name}", text)
    for command in (("validate",), ("plan", "p", "--format", "markdown")):
        ended = world.run(*command, env={"CI": "true"})
        assert ended.code == 1
        assert name in ended.err
        assert MARK.lower() not in (ended.out + ended.err).lower()
