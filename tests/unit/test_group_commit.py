"""Group commit: who comes together is written together, and each hears about their own."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from services.scheduler.group_commit import GroupCommit
from tests.harness.polling import eventually

A_MOMENT = 0.02


class Writer:
    """A store whose writes take until they are let go; it answers each item with a text."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.errors: list[BaseException] = []
        self.bad: dict[int, Exception] = {}
        self.answer: Callable[[Sequence[int]], list[str]] = lambda items: [
            f"wrote {item}" for item in items
        ]
        self.gate = asyncio.Event()
        self.gate.set()

    async def write(self, items: Sequence[int]) -> Sequence[str]:
        """Write a group."""
        self.groups.append(list(items))
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        for item in items:
            if item in self.bad:
                raise self.bad[item]
        return self.answer(items)


def start(
    writer: Writer, items: Sequence[int], limit: int = 100
) -> tuple[GroupCommit[int, str], list[asyncio.Task[str]]]:
    """Submit items at once."""
    commit = GroupCommit(
        writer.write, limit=limit, concerns_all=lambda error: isinstance(error, ConnectionError)
    )
    return commit, [asyncio.create_task(commit.submit(item)) for item in items]


async def wait_unanswered(*tasks: asyncio.Task[str]) -> None:
    """Let them come and wait; none is answered within a moment."""
    done, _ = await asyncio.wait(tasks, timeout=A_MOMENT)
    assert not done


async def leave(task: asyncio.Task[str]) -> None:
    """Cancel a caller, and wait until it has gone."""
    task.cancel()
    async with asyncio.timeout(1):
        await asyncio.wait([task])


async def outcomes(tasks: Sequence[asyncio.Task[str]]) -> list[object]:
    """Return each caller's answer or error; none may wait for ever."""
    _, waiting = await asyncio.wait(tasks, timeout=0.5)
    for task in waiting:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert not waiting, f"{len(waiting)} of {len(tasks)} callers were never answered"
    return list(answers)


async def test_a_lone_message_waits_for_nobody() -> None:
    """One item is a group."""
    writer = Writer()
    _, tasks = start(writer, [1])
    assert await outcomes(tasks) == ["wrote 1"]
    assert writer.groups == [[1]]


async def test_those_who_come_during_a_write_share_the_next() -> None:
    """While one write runs the next group gathers; order and answers stay with the callers."""
    writer = Writer()
    writer.gate.clear()
    commit, first = start(writer, [1])
    await wait_unanswered(*first)
    rest = [asyncio.create_task(commit.submit(item)) for item in range(2, 7)]
    await wait_unanswered(*first, *rest)
    assert writer.groups == [[1]]
    writer.gate.set()
    assert await outcomes([*first, *rest]) == [f"wrote {item}" for item in range(1, 7)]
    assert writer.groups == [[1], [2, 3, 4, 5, 6]]


async def test_a_group_has_a_limit() -> None:
    """What is over the limit goes into the next write, first come first served."""
    writer = Writer()
    _, tasks = start(writer, range(7), limit=3)
    assert await outcomes(tasks) == [f"wrote {item}" for item in range(7)]
    assert writer.groups == [[0, 1, 2], [3, 4, 5], [6]]


async def test_a_failure_of_all_is_told_to_its_group_alone() -> None:
    """The store is away: each of the group gets the error; the next group is written."""
    writer = Writer()
    failure = ConnectionError("store away")
    writer.errors = [failure]
    _, tasks = start(writer, range(4), limit=2)
    assert await outcomes(tasks) == [failure, failure, "wrote 2", "wrote 3"]


async def test_a_bad_item_fails_alone() -> None:
    """Its group fails because of it; then each is written by itself."""
    writer = Writer()
    failure = ValueError("the second is bad")
    writer.bad = {1: failure}
    _, tasks = start(writer, range(3), limit=3)
    assert await outcomes(tasks) == ["wrote 0", failure, "wrote 2"]


async def test_after_a_failure_it_writes_again() -> None:
    """A later call finds a working writer."""
    writer = Writer()
    writer.errors = [ConnectionError("store away")]
    commit, tasks = start(writer, [1])
    await outcomes(tasks)
    assert await commit.submit(2) == "wrote 2"


@pytest.mark.parametrize("gone", [0, 1, 2])
async def test_a_caller_who_leaves_disturbs_nobody(gone: int) -> None:
    """A delivery whose connection broke is cancelled; the others of its group are answered."""
    writer = Writer()
    writer.gate.clear()
    commit, tasks = start(writer, range(3))
    await wait_unanswered(*tasks)
    await leave(tasks[gone])
    later = asyncio.create_task(commit.submit(9))
    writer.gate.set()
    answers = await outcomes([*tasks, later])
    assert isinstance(answers.pop(gone), asyncio.CancelledError)
    assert answers == [f"wrote {item}" for item in (0, 1, 2, 9) if item != gone]


async def test_a_caller_who_leaves_before_the_write_disturbs_nobody() -> None:
    """The same while the group still gathers."""
    writer = Writer()
    writer.gate.clear()
    commit, first = start(writer, [0])
    await wait_unanswered(*first)
    waiting = [asyncio.create_task(commit.submit(item)) for item in (1, 2)]
    await wait_unanswered(*first, *waiting)
    waiting[0].cancel()
    writer.gate.set()
    answers = await outcomes([*first, *waiting])
    assert answers[0] == "wrote 0"
    assert isinstance(answers[1], asyncio.CancelledError)
    assert answers[2] == "wrote 2"


async def test_a_failure_when_everybody_left_is_no_trouble() -> None:
    """Nobody waits for the error; the next call is served."""
    writer = Writer()
    writer.gate.clear()
    commit, tasks = start(writer, [1])
    await wait_unanswered(*tasks)
    await leave(tasks[0])
    writer.errors = [ConnectionError("store away")]
    writer.gate.set()

    async def has_failed() -> bool:
        return not writer.errors

    await eventually(has_failed, "the write fails")
    assert await commit.submit(2) == "wrote 2"


async def test_each_hears_about_their_own() -> None:
    """Answers go by position, whatever they are."""
    writer = Writer()
    writer.answer = lambda items: [f"refused {item}" if item % 2 else "ok" for item in items]
    _, tasks = start(writer, range(4))
    assert await outcomes(tasks) == ["ok", "refused 1", "ok", "refused 3"]


@pytest.mark.parametrize("answers", [0, 2, 5])
async def test_a_wrong_number_of_answers_leaves_nobody_waiting(answers: int) -> None:
    """A fault of the writer is an error to its group, not a message that hangs for ever."""
    writer = Writer()
    writer.answer = lambda _items: ["ok"] * answers
    _, tasks = start(writer, range(3), limit=3)
    assert all(isinstance(answer, ValueError) for answer in await outcomes(tasks))


async def test_a_writer_that_is_cancelled_leaves_nobody_waiting() -> None:
    """Drivers cancel what waits on a broken connection: who gathered meanwhile is still served."""
    writer = Writer()
    writer.gate.clear()
    commit, first = start(writer, [1])
    await wait_unanswered(*first)
    gathered = asyncio.create_task(commit.submit(2))
    await wait_unanswered(*first, gathered)
    writer.errors = [asyncio.CancelledError()]
    writer.gate.set()
    answers = await outcomes([*first, gathered])
    assert isinstance(answers[0], BaseException)
    assert answers[1] == "wrote 2"
