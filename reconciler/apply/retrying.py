"""Making a call again where that may help, after waits that grow, as the vendor's page *limits* asks."""

from collections.abc import Callable

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from reconciler.apply.outcome import is_worth_repeating
from reconciler.apply.stop import Stop
from reconciler.environment.model import Retry
from reconciler.questionpro.panel import Answer


def retrying(retry: Retry, stop: Stop, waiting: Callable[[float, str], None]) -> AsyncRetrying:
    """What repeats a call until its answer is usable, and gives the last answer.

    The call returns None if the run is to end. `waiting` is called before each wait that is not cut short,
    with its seconds and the reason.
    """

    def wait(state: RetryCallState) -> float:
        back_off = wait_exponential(multiplier=retry.initial_wait, max=retry.max_wait)
        seconds = (back_off + wait_random(0, retry.initial_wait))(state)
        asked_for: float = getattr(_last_answer(state), "retry_after", None) or 0.0
        return max(min(seconds, retry.max_wait), asked_for)

    def tell(state: RetryCallState) -> None:
        if not stop.is_thrown:
            seconds = state.next_action.sleep if state.next_action else 0.0
            waiting(seconds, getattr(_last_answer(state), "reason", ""))

    return AsyncRetrying(
        stop=stop_after_attempt(retry.attempts),
        wait=wait,
        retry=retry_if_result(is_worth_repeating),
        retry_error_callback=_last_answer,
        before_sleep=tell,
        sleep=stop.sleep,
    )


def _last_answer(state: RetryCallState) -> Answer | None:
    answer: Answer | None = state.outcome.result() if state.outcome else None
    return answer
