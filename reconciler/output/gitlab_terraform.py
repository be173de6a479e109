"""A plan's counts for GitLab's widget for Terraform reports: `{"create": 3, "update": 0, "delete": 1}`.

GitLab's page *Integrate GitLab with Terraform* (*Terraform integration in merge requests*) says what the
artifact `reports: terraform` holds. Nobody is named in it.
"""

import json
from typing import Any

_FIELDS = {"create": "add", "update": "change", "delete": "remove"}


def gitlab_terraform(data: dict[str, Any]) -> str:
    """The counts of a plan, or of several together; nothing where a plan or a count is missing.

    A saved file may be damaged; then nothing is claimed either.
    """
    plans = data.get("plans", [data] if "summary" in data else [])
    try:
        counts = {field: sum(plan["summary"][name] for plan in plans) for field, name in _FIELDS.items()}
    except (TypeError, LookupError):
        return ""
    return json.dumps(counts) + "\n" if plans else ""
