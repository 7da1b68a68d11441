"""No e-mail and no password goes to a server that is not who it should be, or in the clear."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.smtp import NotNow, Security
from tests.harness.certificates import Authority
from tests.harness.letters import letter, pool_of, send
from tests.harness.smtp_script import ScriptedSmtp, Stage

LOG_IN = ("openchair", "a pass phrase")
# aiosmtpd warns of a log-in without STARTTLS, though it is TLS from the start.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
BOTH: list[Security] = ["starttls", "tls"]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Who signs the server's certificate."""
    return Authority.create(tmp_path)


def trust(authority: Authority) -> ssl.SSLContext:
    """Return what a client uses that trusts it alone, as SMTP_CA_FILE makes it."""
    return ssl.create_default_context(cafile=authority.file)


@pytest.mark.parametrize("security", BOTH)
async def test_a_server_that_is_who_it_should_be(authority: Authority, security: Security) -> None:
    """Encrypted and logged in; the connection is kept as any other."""
    tls = authority.server_context("localhost")
    async with ScriptedSmtp(tls=tls, implicit=security == "tls", log_in=LOG_IN) as smtp:
        pool = pool_of(
            smtp,
            host="localhost",
            security=security,
            username=LOG_IN[0],
            password=LOG_IN[1],
            tls=trust(authority),
        )
        await send(pool, letter(), letter())
        await pool.close()

    assert (len(smtp.taken), smtp.heard[Stage.CONNECT]) == (2, 1)


@pytest.mark.parametrize("security", BOTH)
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("host", "Hostname mismatch"),
        ("authority", "unable to get local issuer certificate"),
        ("expired", "certificate has expired"),
    ],
)
async def test_a_server_that_may_be_another_gets_nothing(
    authority: Authority, tmp_path: Path, security: Security, fault: str, reason: str
) -> None:
    """Not even our name; it is tried again later, since it is not the recipient's fault."""
    host = "smtp.example.org" if fault == "host" else "localhost"
    ends_in = timedelta(days=-1 if fault == "expired" else 1)
    tls = authority.server_context(host, ends_in=ends_in)
    trusted = authority
    if fault == "authority":
        (tmp_path / "other").mkdir()
        trusted = Authority.create(tmp_path / "other")
    async with ScriptedSmtp(tls=tls, implicit=security == "tls", log_in=LOG_IN) as smtp:
        pool = pool_of(
            smtp,
            host="localhost",
            security=security,
            username=LOG_IN[0],
            password=LOG_IN[1],
            tls=trust(trusted),
        )
        with pytest.raises(NotNow, match=f"certificate not trusted: {reason}"):
            await send(pool, letter())

    assert smtp.heard[Stage.MAIL] == 0
    assert smtp.taken == []


async def test_without_a_file_the_systems_authorities_are_trusted(authority: Authority) -> None:
    """Which do not know ours."""
    async with ScriptedSmtp(tls=authority.server_context("localhost")) as smtp:
        pool = pool_of(smtp, host="localhost", security="starttls")
        with pytest.raises(NotNow, match="certificate not trusted"):
            await send(pool, letter())

    assert smtp.taken == []


async def test_a_server_that_offers_no_encryption_gets_nothing(authority: Authority) -> None:
    """It is an error, and never a reason to go on in the clear."""
    async with ScriptedSmtp() as smtp:
        pool = pool_of(smtp, host="localhost", security="starttls", tls=trust(authority))
        with pytest.raises(NotNow, match="STARTTLS"):
            await send(pool, letter())

    assert smtp.heard[Stage.MAIL] == 0


async def test_a_server_that_speaks_in_the_clear_where_tls_is_due_gets_nothing(
    authority: Authority,
) -> None:
    """With TLS from the start there is nothing to negotiate."""
    async with ScriptedSmtp() as smtp:
        pool = pool_of(smtp, host="localhost", security="tls", tls=trust(authority))
        with pytest.raises(NotNow):
            await send(pool, letter())

    assert smtp.heard[Stage.EHLO] == 0


async def test_a_wrong_password_is_not_the_recipients_fault(authority: Authority) -> None:
    """535: whoever runs this puts it right, and the e-mail goes out then."""
    async with ScriptedSmtp(tls=authority.server_context("localhost"), log_in=LOG_IN) as smtp:
        pool = pool_of(
            smtp,
            host="localhost",
            security="starttls",
            username=LOG_IN[0],
            password="wrong",
            tls=trust(authority),
        )
        with pytest.raises(NotNow, match="log-in refused: 535") as refused:
            await send(pool, letter())

    assert refused.value.code == 535
    assert smtp.heard[Stage.MAIL] == 0


async def test_a_server_without_log_in_is_not_sent_to_where_one_is_due(
    authority: Authority,
) -> None:
    """It is not the server that was meant, or not set up yet."""
    async with ScriptedSmtp(tls=authority.server_context("localhost")) as smtp:
        pool = pool_of(
            smtp,
            host="localhost",
            security="starttls",
            username=LOG_IN[0],
            password="wrong",
            tls=trust(authority),
        )
        with pytest.raises(NotNow):
            await send(pool, letter())

    assert smtp.heard[Stage.MAIL] == 0
