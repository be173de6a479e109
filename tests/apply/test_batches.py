from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from people import batch_of, person

from reconciler.apply.batches import Batch, cut
from reconciler.plan.model import Operation, OperationKind


def adds(*names: str, doubtful: str = "") -> list[Operation]:
    return [Operation(OperationKind.ADD, f"{n}@example.org", person(n), n in doubtful) for n in names]


def keys(batch: Batch) -> str:
    return "".join(key[0] for key in batch.members)


def test_additions_are_cut_in_order_into_batches_of_the_size() -> None:
    assert [keys(batch) for batch in cut(adds(*"abcde"), 2)] == ["ab", "cd", "e"]


def test_who_is_doubtful_goes_with_the_batch() -> None:
    first, second = cut(adds(*"abcd", doubtful="d"), 2)
    assert not first.doubtful
    assert second.doubtful == {"d@example.org"}


def test_pending_batches_keep_their_cut_and_the_others_follow() -> None:
    pending = batch_of({"b@example.org": person("b"), "d@example.org": person("d")}, number=7)
    batches = cut(adds(*"abcde"), 2, [pending])
    assert [keys(batch) for batch in batches] == ["bd", "ac", "e"]
    assert [batch.number for batch in batches] == [1, 2, 3]


def test_pending_members_who_are_declared_otherwise_now_leave_their_batch() -> None:
    pending = batch_of(
        {"a@example.org": person("a", city="Rome"), "b@example.org": person("b"), "z@x.test": {}}, number=7
    )
    assert [keys(batch) for batch in cut(adds(*"abc"), 9, [pending])] == ["b", "ac"]


@given(size=st.integers(1, 5), total=st.integers(0, 23))
def test_the_calls_are_members_by_size_rounded_up_and_nobody_is_left_out(size: int, total: int) -> None:
    people = [Operation(OperationKind.ADD, f"{n}@x.test", {}) for n in range(total)]
    batches = cut(people, size)
    assert len(batches) == -(-total // size)
    assert [key for batch in batches for key in batch.members] == [operation.key for operation in people]


def test_a_batch_is_divided_in_order_under_new_numbers() -> None:
    (batch,) = cut(adds(*"abcde", doubtful="ae"), 5)
    parts = batch.divide(3, count(8))
    assert [(part.number, keys(part), len(part.doubtful)) for part in parts] == [(8, "abc", 1), (9, "de", 1)]


def test_the_last_member_is_set_apart() -> None:
    (batch,) = cut(adds(*"abc"), 3)
    assert [keys(part) for part in batch.set_last_apart(count(2))] == ["ab", "c"]
