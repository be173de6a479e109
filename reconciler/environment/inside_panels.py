"""Paths that `environment.yaml` names must really lie, links followed, inside the panels folder."""

import os
from pathlib import Path

from reconciler.files import display_path
from reconciler.text_source import Findings


def inside_panels(
    panels: Path, path: Path, position: tuple[int, int] | None, findings: Findings
) -> Path | None:
    """The path through the panels folder, whatever links were followed on the way.

    None, and a finding, for one that lies elsewhere; `position` is where it is written.
    """
    real, real_panels = Path(os.path.realpath(path)), Path(os.path.realpath(panels))
    if real.is_relative_to(real_panels):
        return panels / real.relative_to(real_panels)
    message = f"{display_path(path)} lies outside the panels folder {display_path(panels)}."
    findings.add(position, (message,), ("Move it to a folder such as panels/shared/.",))
    return None
