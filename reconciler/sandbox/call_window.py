"""The rate limit, seen from the server: so many calls in any window of so many seconds."""

from collections import deque
from collections.abc import Callable


class CallWindow:
    """A sliding window (the vendor's page *limits*: 300 calls in 60 s for one key). Lives in memory alone."""

    def __init__(self, calls: int, seconds: float, clock: Callable[[], float]) -> None:
        """`clock` gives seconds that only ever grow."""
        self._calls = calls
        self._seconds = seconds
        self._clock = clock
        self._let_in: deque[float] = deque()

    def lets_in(self) -> bool:
        """Whether one more call fits into the window now; if so, it is counted."""
        now = self._clock()
        while self._let_in and self._let_in[0] <= now - self._seconds:
            self._let_in.popleft()
        if len(self._let_in) >= self._calls:
            return False
        self._let_in.append(now)
        return True
