"""The comment on a merged pull request: how what was applied compares, where the run is, what it did."""

import re
from collections.abc import Mapping

from reconciler.cli.applying import provenance_of
from reconciler.cli.github_text import fits
from reconciler.render.markdown_text import prose

_RUN = re.compile(r"https?://[\w./:-]+", re.ASCII)
_SAID_NOTHING = "The run left nothing to show. Its log tells how far it came."
_TOO_LONG = "The report is too long for a comment. It stands in the summary of the run."


def report_text(words: str, body: str, marker: str, environ: Mapping[str, str]) -> str:
    """All of it, in markdown, and short enough for GitHub.

    `words` compare; `body` is what the run printed, in markdown, and empty where it printed nothing;
    `environ` tells where the run is.
    """
    heading = f"{prose(words)}{_link(environ)}"
    text = f"{heading}\n\n{body.strip() or _SAID_NOTHING}\n"
    return text if fits(text, marker) else f"{heading}\n\n{_TOO_LONG}\n"


def _link(environ: Mapping[str, str]) -> str:
    """A link to the run, where its address is known and is nothing but an address."""
    provenance = provenance_of(environ)
    address = provenance.run if provenance else None
    return f" [The run]({address})." if address and _RUN.fullmatch(address) else ""
