"""Merge keys: `<<` takes in the entries of one mapping or of several.

Source: *Merge Key Language-Independent Type for YAML 1.1* (yaml.org/type/merge.html): an entry of the
mapping itself wins, then the mapping that stands earlier in the list.
"""

from reconciler.document.findings import Findings
from reconciler.document.nodes import Entry, Mapping, Node, Sequence, kind, position

MERGE = "<<"


def merge(entries: dict[str, Entry], source: Node, findings: Findings) -> int:
    """Take the source's entries in, below those that are there; gives the size of what came in."""
    inner = 0
    for mapping in source.items if isinstance(source, Sequence) else [source]:
        if isinstance(mapping, Mapping):
            inner += mapping.size
            for name, entry in mapping.entries.items():
                entries.setdefault(name, entry)
        else:
            message = (f'"{MERGE}" takes in a mapping or a list of mappings, not {kind(mapping)}.',)
            findings.add(position(mapping), message, ("Write <<: *name, where &name stands at a mapping.",))
    return inner
