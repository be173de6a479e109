"""A plan's counts for GitLab's widget for Terraform reports: `{"create": 3, "update": 0, "delete": 1}`.

GitLab's page *Integrate GitLab with Terraform* (*Terraform integration in merge requests*) says what the
artifact `reports: terraform` holds. Nobody is named in it.
"""

import json
from typing import Any

_FIELDS = {"create": "add", "update": "change", "delete": "remove"}


def gitlab_terraform(data: dict[str, Any]) -> str:
    """The counts of a plan, or of several together; nothing where there is no plan."""
    plans = data.get("plans", [data] if "actions" in data else [])
    if not plans:
        return ""
    counts = {field: sum(plan["summary"][action] for plan in plans) for field, action in _FIELDS.items()}
    return json.dumps(counts) + "\n"
