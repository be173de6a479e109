"""How a run ends that meets a fault, once or for good, with one call or with four under way.

Eight members go out in four batches. What is said of them depends on what is asked about them.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from rehearsal import ATTEMPTS

MEMBERS, SIZE = 8, 2
BATCHES = MEMBERS // SIZE
FOR_GOOD = 99
HANGS = {"trickle", "silence"}


class Message(NamedTuple):
    """What is said where one kind of call goes well.

    `proven` is the outcome where an answer proves it, `doubted` where an earlier call may have done it.
    `counts` is how many an answer has; `first`, `second` and `last` are the names of those that faults alter.
    `right` is the right that the key must have, `nowhere` what to check where the call isn't known.
    """

    proven: str
    doubted: str
    counts: str
    first: str
    second: str
    last: str
    right: str
    nowhere: str


ADDING = Message(
    proven="added",
    doubted="unattributed",
    counts="two",
    first="membersAddedSuccessfully",
    second="membersFailedToBeAdded",
    last="membersFailedToBeAdded",
    right="add panel members",
    nowhere="Check datacenter or base_url in environment.yaml",
)


class Ends(NamedTuple):
    """How a run ends: exit code, calls that the vendor sees, words that the user sees, members by outcome.

    Members in no outcome are unsent.
    """

    code: int
    calls: int | range
    words: str
    outcomes: Mapping[str, int]


How: TypeAlias = tuple[int, int]
"""For so many calls, and with so many under way."""

LOST = Ends(3, 3 * ATTEMPTS, "3 batches in a row got no usable answer", {"unconfirmed": 6})
LOST_AT_ONCE = LOST._replace(calls=range(3 * ATTEMPTS, BATCHES * ATTEMPTS + 1), outcomes={"unconfirmed": 8})
TURNED_AWAY = LOST._replace(words="Too many requests", outcomes={})
USED_UP = "The licence's allowance of API calls is used up"
TOO_LARGE = "the API says: The request body is too large"
INVALID = "the API says: Invalid URL parameters"


def table(say: Message) -> Mapping[str, Mapping[How, Ends]]:
    """By fault, and by how often and how many at once."""
    rows = _Rows(say)
    proven, doubted = rows.proven(), rows.doubted()
    server_failed = "We are not able to process your request"
    return {
        "reset-before": rows.repeated(proven, "Connection reset by peer"),
        "reset-after": rows.repeated(doubted, "Connection reset by peer"),
        "cut": rows.repeated(doubted, "the answer broke off"),
        "trickle": rows.repeated(doubted, "no complete answer within 1 s"),
        "silence": rows.repeated(doubted, "no complete answer within 1 s"),
        "500": rows.repeated(doubted, f"HTTP 500: {server_failed}"),
        "500-before": rows.repeated(proven, f"HTTP 500: {server_failed}"),
        "502": rows.repeated(doubted, "HTTP 502: the server failed"),
        "503": rows.repeated(doubted, "HTTP 503: the server failed"),
        "429": rows.throttled(proven),
        "429-retry-after": rows.throttled(rows.waited()),
        "429-retry-date": rows.throttled(rows.waited()),
        "allowance": {
            (1, 1): Ends(3, 1, USED_UP, {}),
            (1, 4): Ends(3, BATCHES, USED_UP, {say.proven: 6}),
            (FOR_GOOD, 1): Ends(3, 1, USED_UP, {}),
            (FOR_GOOD, 4): Ends(3, BATCHES, USED_UP, {}),
        },
        "400": {
            (1, 1): proven._replace(calls=BATCHES + 2),  # the batch, and its two halves
            (1, 4): proven._replace(calls=BATCHES + 2),
            (FOR_GOOD, 1): Ends(3, 3 * BATCHES, INVALID, {"rejected": 8}),
            (FOR_GOOD, 4): Ends(3, 3 * BATCHES, INVALID, {"rejected": 8}),
        },
        "413": {
            (1, 1): proven._replace(calls=1 + MEMBERS),  # from there on each goes alone
            (1, 4): proven._replace(calls=BATCHES + 2),  # the others were under way
            (FOR_GOOD, 1): Ends(3, 1 + MEMBERS, TOO_LARGE, {"rejected": 8}),
            (FOR_GOOD, 4): Ends(3, 3 * BATCHES, TOO_LARGE, {"rejected": 8}),
        },
        "401": rows.denied("Check the key in the variable KEY"),
        "403": rows.denied(
            f"Check what the key in the variable KEY may do: it needs the right to {say.right}"
        ),
        "404": rows.denied(say.nowhere),
        "redirect": rows.denied("the API redirects to elsewhere.invalid, and redirects are never followed"),
        "login-page": rows.unusable("HTTP 200 with a web page, such as a login page, instead of JSON"),
        "wrong-counts": rows.unusable(f"the {say.counts} counts don't add up to the members sent"),
        "negative-counts": rows.unusable(f"HTTP 200 with JSON in which {say.last} is below zero"),
        "missing-counts": rows.unusable(f"HTTP 200 with JSON in which {say.second} is missing"),
        "text-counts": rows.unusable(f"HTTP 200 with JSON in which {say.first} is not a whole number"),
        "huge": rows.unusable("HTTP 200 with an answer that is too long"),
        "extra-keys": rows.fine(),
        "gzip": rows.fine(),
    }


class _Rows(NamedTuple):
    say: Message

    def proven(self) -> Ends:
        """What is asked again, and then proves as much as the first time."""
        return Ends(0, BATCHES + 1, f"8 {self.say.proven}", {self.say.proven: 8})

    def doubted(self) -> Ends:
        """What is asked again, and then proves less."""
        if self.say.doubted == self.say.proven:
            return self.proven()
        found = {self.say.proven: 6, self.say.doubted: 2}
        return Ends(0, BATCHES + 1, f"6 {self.say.proven}", found)

    def waited(self) -> Ends:
        return self.proven()._replace(words="s before the next attempt: HTTP 429: Too many requests")

    def fine(self) -> dict[How, Ends]:
        """What is no fault at all."""
        fine = self.proven()._replace(calls=BATCHES)
        return dict.fromkeys([(1, 1), (1, 4), (FOR_GOOD, 1), (FOR_GOOD, 4)], fine)

    def unusable(self, words: str) -> dict[How, Ends]:
        """An answer that says nothing is not asked for again; it may say why."""
        found = {self.say.proven: 6, "unconfirmed": 2}
        once = Ends(3, BATCHES, f"A batch got no usable answer: {words}", found)
        for_good = Ends(3, 3, f"3 batches got no usable answer: {words}", {"unconfirmed": 6})
        at_once = for_good._replace(
            calls=BATCHES, outcomes={"unconfirmed": 8}, words=f"batches got no usable answer: {words}"
        )
        return {(1, 1): once, (1, 4): once, (FOR_GOOD, 1): for_good, (FOR_GOOD, 4): at_once}

    def denied(self, words: str) -> dict[How, Ends]:
        """What no call can mend ends the run: with 1 where nothing is confirmed, else with 3."""
        at_first = Ends(1, 1, words, {})
        return {
            (1, 1): at_first,
            (1, 4): Ends(3, BATCHES, words, {self.say.proven: 6}),
            (FOR_GOOD, 1): at_first,
            (FOR_GOOD, 4): at_first._replace(calls=BATCHES),
        }

    def repeated(self, once: Ends, words: str) -> dict[How, Ends]:
        """What leaves it open whether the server acted is asked again; doubted where that is in vain."""
        return {
            (1, 1): once,
            (1, 4): once,
            (FOR_GOOD, 1): LOST._replace(words=words),
            (FOR_GOOD, 4): LOST_AT_ONCE._replace(words=words),
        }

    def throttled(self, once: Ends) -> dict[How, Ends]:
        """What was turned away unread is asked again, and leaves no doubt."""
        at_once = TURNED_AWAY._replace(calls=LOST_AT_ONCE.calls)
        return {(1, 1): once, (1, 4): once, (FOR_GOOD, 1): TURNED_AWAY, (FOR_GOOD, 4): at_once}
