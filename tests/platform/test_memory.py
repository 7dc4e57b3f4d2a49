"""The measure that long proofs of memory stand on."""

from tests.platform.memory import memory


def test_it_sees_what_was_held_and_freed_after_a_hungrier_time() -> None:
    hungry = [bytes(1_000) for _ in range(60_000)]
    del hungry
    with memory() as first:
        held = [bytes(1_000) for _ in range(30_000)]
        del held
    with memory() as second:
        pass
    assert 20 < first.mb < 50
    assert second.mb < 5
