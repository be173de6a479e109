"""A member file in YAML → its members."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.document import nodes
from reconciler.document.composer import Composer
from reconciler.document.content import YAML_LINE_END, text_of
from reconciler.document.findings import Findings
from reconciler.document.nodes import Node, Scalar, Sequence, is_undeclared, kind, position
from reconciler.errors import InvalidInput
from reconciler.member import EMAIL_ADDRESS
from reconciler.problems import Value, nearest
from reconciler.roster.gathering import MISSING_ADDRESS, Gathered, Gathering
from reconciler.roster.model import Declaration
from reconciler.roster.yaml_fields import read_defaults, read_fields, read_plain_fields
from reconciler.suppression.model import Suppression

_KEYS = ("defaults", "members")
_FREE = "x-"
_SHAPE_HINT = "A member file begins with members: and lists them below, each with - emailAddress:"


def read_yaml(
    path: Path,
    findings: Findings,
    earlier: Mapping[str, Declaration],
    suppressed: Suppression | None = None,
    text: str | None = None,
) -> Gathered:
    """Everyone whom the file declares rightly, by identity; what is wrong goes to the findings.

    `text` is what it holds; without it, the file is read.
    """
    members = _Members(findings, Gathering(findings.file, earlier, suppressed))
    defaults: dict[str, Any] = {}
    try:
        text = text_of(path, findings.file) if text is None else text
        defaults = members.rest(Composer(text, findings).root("members", members.take, members.take_scalars))
    except InvalidInput as error:
        findings.add_problems(error.problems)
    findings.quote(text or "", YAML_LINE_END)
    return members.gathering.finish(defaults)


class _Members:
    """Takes the members of one file as they come."""

    def __init__(self, findings: Findings, gathering: Gathering) -> None:
        self._findings = findings
        self.gathering = gathering

    def take(self, node: Node) -> None:
        if not isinstance(node, nodes.Mapping):
            message = (f"A member is a mapping of fields, not {kind(node)}.",)
            self._findings.add(position(node), message, ("Write - emailAddress: …",))
            return
        fields = read_fields(node, self._findings)
        address = fields.get(EMAIL_ADDRESS)
        if address is not None:
            refused = self.gathering.take(address, fields, node.start_mark.line + 1)
            if refused:
                self._findings.add(position(node.entries[EMAIL_ADDRESS][1]), *refused)
        elif EMAIL_ADDRESS not in node.entries or is_undeclared(node.entries[EMAIL_ADDRESS][1]):
            self._findings.add(position(node), *MISSING_ADDRESS)

    def take_scalars(self, scalars: list[Scalar]) -> bool:
        """Take a member who is written plainly and rightly, as nearly all are; False leaves it to `take`."""
        fields = read_plain_fields(scalars)
        address = fields.get(EMAIL_ADDRESS) if fields else None
        if fields is None or address is None:
            return False
        return self.gathering.take(address, fields, position(scalars[0])[0]) is None

    def rest(self, root: Node | None) -> dict[str, Any]:
        """Look at the rest of the file; gives its defaults."""
        if not isinstance(root, nodes.Mapping):
            told = (
                "The file is empty."
                if root is None or is_undeclared(root)
                else f"The file holds {kind(root)}."
            )
            self._findings.add(position(root) if root else (1, 1), (told,), (_SHAPE_HINT,))
            return {}
        self._check_keys(root)
        if "members" in root.entries:
            self._take_all(root.entries["members"][1])
        else:
            self._findings.add(position(root), ('The file has no "members".',), (_SHAPE_HINT,))
        return (
            read_defaults(root.entries["defaults"][1], self._findings) if "defaults" in root.entries else {}
        )

    def _check_keys(self, root: nodes.Mapping) -> None:
        for name, (key, _) in root.entries.items():
            if name not in _KEYS and not name.startswith(_FREE):
                close = nearest(name, _KEYS)
                hint = f'Did you mean "{close}"?' if close else "Keys of your own begin with x-."
                told = name if close else Value(name)
                self._findings.add(position(key), ('"', told, '" is not a key of a member file.'), (hint,))

    def _take_all(self, members: Node) -> None:
        """Take the members of a list that was not handed over item by item, having an anchor."""
        if isinstance(members, Sequence):
            for item in members.items:
                self.take(item)
        elif not is_undeclared(members):
            message = (f'"members" takes a list, not {kind(members)}.',)
            self._findings.add(position(members), message, ('Begin each member with "- ".',))
