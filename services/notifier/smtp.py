"""Speaking SMTP to one server, and reading its refusals (FACTS "E-mail" 1)."""

import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SEVEN_OR_EIGHT_BIT
from typing import Final, Literal

import aiosmtplib

EXCHANGE_SECONDS: Final = 25.0
"""How long everything may take from the first word to the answer after DATA."""

Security = Literal["starttls", "tls", "none"]

_KEPT_ANSWER_SECONDS: Final = 5.0
_GOODBYE_SECONDS: Final = 2.0
_PERMANENT: Final = range(500, 600)
_ANSWERS: Final = range(200, 600)
_CLOSING: Final = 421
_SEVEN_BIT: Final = SEVEN_OR_EIGHT_BIT.clone(cte_type="7bit")  # every server takes that


class RefusedForGood(Exception):
    """The server will never take this e-mail (5xx `code`); `reason` holds no address."""

    def __init__(self, reason: str, *, code: int, of_the_address: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.of_the_address = of_the_address


class NotNow(Exception):
    """The server is away, slow or busy; it may even have the e-mail already.

    `code` is what it answered, if it did.
    """

    def __init__(self, reason: str, *, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code if code in _ANSWERS else None


class ConnectionStale(Exception):
    """The server has given up a connection that was kept; the e-mail was not begun."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail as it is handed over, to one recipient: of several, some might be refused."""

    sender: str
    recipient: str
    content: bytes

    @classmethod
    def of(cls, message: EmailMessage) -> "Letter":
        """Return a message ready to be sent; raises ValueError unless it is to exactly one."""
        (sender,), (recipient,) = message["From"].addresses, message["To"].addresses
        content = message.as_bytes(policy=_SEVEN_BIT)
        return cls(sender.addr_spec, recipient.addr_spec, content)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where e-mails go. Certificates are checked against `tls`, the system's when it is None."""

    host: str
    port: int
    security: Security
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None

    async def connect(self) -> aiosmtplib.SMTP:
        """Return a connection that is encrypted and logged in as the settings say.

        Raises:
            NotNow: whatever the server says, since no e-mail was named yet.

        """
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.security == "tls",
            # None would silently send in the clear where the server offers no TLS.
            start_tls=self.security == "starttls",
            tls_context=self.tls,
            username=self.username,
            password=self.password,
            timeout=EXCHANGE_SECONDS,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await _introduce(client)
        except aiosmtplib.SMTPAuthenticationError as error:
            client.close()
            raise NotNow(f"log-in refused: {error.code}", code=error.code) from None
        except aiosmtplib.SMTPResponseException as error:
            client.close()
            raise NotNow(_said("connection refused", error.code), code=error.code) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise NotNow(_reason(error)) from None
        except BaseException:
            client.close()
            raise
        return client


async def hand_over(
    client: aiosmtplib.SMTP, letter: Letter, *, kept: bool = False, reset: bool = False
) -> None:
    """Hand an e-mail over on a connection, which is closed afterwards where it is of no more use.

    `kept` says that the connection served before; `reset`, that the last e-mail was refused.

    Raises:
        RefusedForGood, NotNow
        ConnectionStale: only of a kept connection.

    """
    with _closing_what_broke(client):
        if kept:
            await _begin_again(client, letter, reset=reset)
        else:
            await client.mail(letter.sender)
        await client.rcpt(letter.recipient)
        await client.data(letter.content)


async def say_goodbye(client: aiosmtplib.SMTP) -> None:
    """Close a connection politely, for two seconds at most."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        await client.quit(timeout=_GOODBYE_SECONDS)
    client.close()


async def _introduce(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


async def _begin_again(client: aiosmtplib.SMTP, letter: Letter, *, reset: bool) -> None:
    # A server, or a firewall between, may have dropped it long ago, and a firewall says nothing.
    try:
        if reset:
            await client.rset(timeout=_KEPT_ANSWER_SECONDS)
        await client.mail(letter.sender, timeout=_KEPT_ANSWER_SECONDS)
    except aiosmtplib.SMTPSenderRefused as error:
        if error.code == _CLOSING:
            raise ConnectionStale from None
        raise
    except (aiosmtplib.SMTPException, OSError):
        raise ConnectionStale from None


@contextlib.contextmanager
def _closing_what_broke(client: aiosmtplib.SMTP) -> Iterator[None]:
    """Make an answer ours; only after one of 4xx or 5xx can the connection go on."""
    try:
        yield
    except aiosmtplib.SMTPResponseException as error:
        if error.code == _CLOSING or error.code not in _ANSWERS:
            client.close()
        raise _refusal(error) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise NotNow(_reason(error)) from None
    except BaseException:
        client.close()
        raise


def _refusal(error: aiosmtplib.SMTPResponseException) -> RefusedForGood | NotNow:
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        return NotNow(_said("sender refused", error.code), code=error.code)  # ours to put right
    of_the_address = isinstance(error, aiosmtplib.SMTPRecipientRefused)
    reason = _said("recipient refused" if of_the_address else "refused", error.code)
    if error.code in _PERMANENT:
        return RefusedForGood(reason, code=error.code, of_the_address=of_the_address)
    return NotNow(reason, code=error.code)


def _said(what: str, code: int) -> str:
    return f"{what}: {code}" if code in _ANSWERS else "answer not understood"


def _reason(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, aiosmtplib.SMTPConnectError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"certificate not trusted: {cause.verify_message}"
    if type(error) is aiosmtplib.SMTPException:
        return error.message  # the library's own words: no STARTTLS, no AUTH
    return type(error).__name__
