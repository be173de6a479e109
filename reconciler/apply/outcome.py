"""What an answer proves, and whether it leaves doubt. Pure: the contract's tables, to the letter.

Source: *What the two counts can and cannot tell*, after the vendor's page *save panel members*:
"failed" is how the API says that an e-mail address exists already.
"""

from collections.abc import Collection

from reconciler.lockfile.model import Outcome
from reconciler.panel import Answer, Counted, Lost, Throttled, Unreachable, Unusable


def proven(counted: Counted, keys: Collection[str], doubtful: Collection[str]) -> dict[str, Outcome] | None:
    """What two counts prove about each member of the batch that they answer; None where they prove nothing.

    Args:
        counted: the two counts.
        keys: the identities of the batch, each once.
        doubtful: those among them who may have got in by an earlier call whose answer never came. For them
            "existed already" may be our own doing, so it is never called `existing`.
    """
    if counted.added + counted.failed != len(keys):
        return None
    if counted.failed == 0:
        return dict.fromkeys(keys, Outcome.ADDED)
    if counted.added == 0:
        return {key: Outcome.UNATTRIBUTED if key in doubtful else Outcome.EXISTING for key in keys}
    return dict.fromkeys(keys, Outcome.UNATTRIBUTED)


def leaves_doubt(answer: Answer) -> bool:
    """Whether the server may have acted unseen. Two counts are judged by `proven`."""
    return isinstance(answer, Lost | Unusable)


def is_worth_repeating(answer: Answer | None) -> bool:
    """Whether the same batch, sent again, may be answered better."""
    return isinstance(answer, Lost | Throttled | Unreachable)
