"""No window of the given length ever holds more calls than the limit."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.call_window import CallWindow


def test_the_call_beyond_the_limit_is_kept_out_until_the_first_is_old_enough() -> None:
    now = 0.0
    window = CallWindow(2, 60, lambda: now)
    assert [window.lets_in(), window.lets_in(), window.lets_in()] == [True, True, False]
    now = 59.9
    assert not window.lets_in()
    now = 60.0
    assert window.lets_in()


@given(st.integers(1, 5), st.lists(st.floats(0, 3), max_size=60))
def test_no_window_holds_more_than_the_limit(calls: int, pauses: list[float]) -> None:
    now = 0.0
    window = CallWindow(calls, 10, lambda: now)
    let_in = []
    for pause in pauses:
        now += pause
        if window.lets_in():
            let_in.append(now)
    assert all(later - earlier >= 10 for earlier, later in zip(let_in, let_in[calls:], strict=False))
