"""Connections to the mail server are kept, shared, replaced when it drops them, and closed."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.notifier import smtp as smtp_module
from services.notifier import smtp_pool
from services.notifier.smtp import NotNow, RefusedForGood
from services.notifier.waiting import NoConnectionFree
from tests.harness.letters import letter, pool_of, send
from tests.harness.polling import eventually
from tests.harness.smtp_script import (
    CUT,
    CUT_IN_THE_MIDDLE,
    GARBAGE,
    HANG,
    SAY_AND_CUT,
    ScriptedSmtp,
    Stage,
)


@pytest.fixture
async def smtp() -> AsyncIterator[ScriptedSmtp]:
    """A mail server."""
    async with ScriptedSmtp() as server:
        yield server


async def test_a_connection_is_used_again(smtp: ScriptedSmtp) -> None:
    """Five e-mails one after the other over one connection, and a goodbye at the end."""
    pool = pool_of(smtp)
    await send(pool, *(letter() for _ in range(5)))
    assert (len(smtp.taken), smtp.heard[Stage.CONNECT], smtp.heard[Stage.EHLO]) == (5, 1, 1)
    assert smtp.heard[Stage.QUIT] == 0

    await pool.close()

    assert smtp.heard[Stage.QUIT] == 1
    assert smtp.taken[0].get_payload() == ".a line that begins with a dot\r\n"


async def test_several_are_sent_at_a_time_and_no_more_than_that(smtp: ScriptedSmtp) -> None:
    """Twenty at once over three connections."""
    smtp.answers_after = 0.02
    pool = pool_of(smtp, connections=3)

    await asyncio.gather(*(send(pool, letter()) for _ in range(20)))

    assert len({mail["Message-ID"] for mail in smtp.taken}) == len(smtp.taken) == 20
    assert (smtp.most_at_once, smtp.heard[Stage.CONNECT]) == (3, 3)
    await pool.close()
    assert smtp.heard[Stage.QUIT] == 3


async def test_who_gets_no_connection_in_time_is_told(
    smtp: ScriptedSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is wrong: the message is held, and the place is free afterwards."""
    monkeypatch.setattr(smtp_pool, "CONNECTION_SECONDS", 0.05)
    pool = pool_of(smtp, connections=1)
    async with pool.slot():
        with pytest.raises(NoConnectionFree):
            await send(pool, letter())

    await send(pool, letter())

    assert len(smtp.taken) == 1
    await pool.close()


async def test_what_nobody_needs_is_closed(smtp: ScriptedSmtp) -> None:
    """After a time, politely; the next e-mail opens another."""
    pool = pool_of(smtp, idle_seconds=30)
    await send(pool, letter())
    await pool.close_idle()
    assert smtp.heard[Stage.QUIT] == 0
    impatient = pool_of(smtp, idle_seconds=0)
    await send(impatient, letter())

    await impatient.close_idle()
    await send(impatient, letter())

    assert (smtp.heard[Stage.QUIT], smtp.heard[Stage.CONNECT]) == (1, 3)
    await pool.close()
    await impatient.close()


async def test_a_connection_that_the_server_closed_is_not_used(smtp: ScriptedSmtp) -> None:
    """It was started anew, say: seen before anything is said."""
    pool = pool_of(smtp)
    await send(pool, letter())
    smtp.cut_all()
    (kept,) = pool._idle

    async def is_seen() -> bool:
        return not kept.client.is_connected

    await eventually(is_seen, "the end of the connection is seen")
    await send(pool, letter())

    assert (len(smtp.taken), smtp.heard[Stage.CONNECT], smtp.heard[Stage.MAIL]) == (2, 2, 2)
    await pool.close()


@pytest.mark.parametrize("answer", [CUT, CUT_IN_THE_MIDDLE, "421 idle for too long", GARBAGE, HANG])
async def test_a_stale_connection_found_at_mail_from_costs_nothing(
    smtp: ScriptedSmtp, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """Whatever it says, or a firewall that says nothing: a new one sends the e-mail, once."""
    monkeypatch.setattr(smtp_module, "_KEPT_ANSWER_SECONDS", 0.1)
    pool = pool_of(smtp)
    await send(pool, letter())
    smtp.answer(Stage.MAIL, answer)

    await send(pool, letter())

    assert (len(smtp.taken), smtp.heard[Stage.CONNECT]) == (2, 2)
    await send(pool, letter())
    assert smtp.heard[Stage.CONNECT] == 2  # the new one is kept
    await pool.close()


async def test_a_new_connection_that_is_no_good_either_is_not_replaced(
    smtp: ScriptedSmtp,
) -> None:
    """The server is in trouble; the ladder deals with it."""
    pool = pool_of(smtp)
    await send(pool, letter())
    smtp.answer(Stage.MAIL, CUT, CUT)

    with pytest.raises(NotNow):
        await send(pool, letter())

    assert (len(smtp.taken), smtp.heard[Stage.CONNECT]) == (1, 2)
    await pool.close()


async def test_a_refused_sender_is_no_stale_connection(smtp: ScriptedSmtp) -> None:
    """The server is there and says no: asked once."""
    pool = pool_of(smtp)
    await send(pool, letter())
    smtp.answer(Stage.MAIL, "550 who are you")

    with pytest.raises(NotNow, match="sender refused: 550"):
        await send(pool, letter())

    assert (smtp.heard[Stage.CONNECT], smtp.heard[Stage.MAIL]) == (1, 2)
    await pool.close()


@pytest.mark.parametrize("reset", [None, "421 enough", "500 what", CUT, HANG])
async def test_a_refusal_is_reset_before_the_next_email(
    smtp: ScriptedSmtp, monkeypatch: pytest.MonkeyPatch, reset: str | None
) -> None:
    """The connection is used again where the server can, and another where it cannot."""
    monkeypatch.setattr(smtp_module, "_KEPT_ANSWER_SECONDS", 0.1)
    pool = pool_of(smtp)
    smtp.refuse_recipient("550 no such user")
    with pytest.raises(RefusedForGood):
        await send(pool, letter())
    assert smtp.heard[Stage.RSET] == 0
    if reset is not None:
        smtp.answer(Stage.RSET, reset)

    await send(pool, letter(), letter())

    assert (len(smtp.taken), smtp.heard[Stage.RSET]) == (2, 1)
    assert smtp.heard[Stage.CONNECT] == (1 if reset is None else 2)
    await pool.close()


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        (Stage.CONTENT, "421 closing"),
        (Stage.CONTENT, GARBAGE),
        (Stage.RCPT, GARBAGE),
        (Stage.DATA, GARBAGE),
    ],
)
async def test_a_connection_that_is_out_of_step_is_not_used_again(
    smtp: ScriptedSmtp, stage: Stage, answer: str
) -> None:
    """Its next answer might be that to something else; 421 says that the server gives it up."""
    pool = pool_of(smtp)
    smtp.answer(stage, answer)
    with pytest.raises(NotNow):
        await send(pool, letter())

    await send(pool, letter())

    assert (len(smtp.taken), smtp.heard[Stage.CONNECT], smtp.heard[Stage.RSET]) == (1, 2, 0)
    await pool.close()


async def test_an_email_taken_by_a_server_that_then_hangs_up_was_sent(smtp: ScriptedSmtp) -> None:
    """Its 250 was the answer; what comes after does not matter."""
    smtp.answer(Stage.CONTENT, SAY_AND_CUT)
    pool = pool_of(smtp)

    await send(pool, letter(), letter())

    assert (len(smtp.taken), smtp.heard[Stage.CONNECT]) == (2, 2)
    await pool.close()


async def test_a_goodbye_that_nobody_answers_does_not_hold_us_up(
    smtp: ScriptedSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopping takes the same short time for any number of connections."""
    monkeypatch.setattr(smtp_module, "_GOODBYE_SECONDS", 0.4)
    smtp.answer(Stage.QUIT, HANG, HANG, HANG)
    smtp.answers_after = 0.02
    pool = pool_of(smtp, connections=3)
    await asyncio.gather(*(send(pool, letter()) for _ in range(3)))

    async with asyncio.timeout(1.1):
        await pool.close()

    assert smtp.heard[Stage.QUIT] == 3


async def test_who_is_cancelled_leaves_no_connection_behind(smtp: ScriptedSmtp) -> None:
    """Nobody knows where in the exchange it was; the place is free again."""
    smtp.answer(Stage.DATA, HANG)
    pool = pool_of(smtp, connections=1)
    sending = asyncio.create_task(send(pool, letter()))

    async def is_at_data() -> bool:
        return smtp.heard[Stage.DATA] == 1

    await eventually(is_at_data, "it hangs at DATA")
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await send(pool, letter())

    assert (len(smtp.taken), smtp.heard[Stage.CONNECT]) == (1, 2)
    await pool.close()
