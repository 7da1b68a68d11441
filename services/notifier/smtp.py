"""Handing e-mails to an SMTP server, and reading its refusals (FACTS "E-mail" 1)."""

import asyncio
import contextlib
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

import aiosmtplib

EXCHANGE_SECONDS: Final = 25.0
_GOODBYE_SECONDS: Final = 2.0
_PERMANENT: Final = range(500, 600)
_ANSWERS: Final = range(200, 600)


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


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where e-mails go; `security` is starttls, tls or none."""

    host: str
    port: int
    security: str
    username: str | None
    password: str | None

    async def send(self, message: EmailMessage) -> None:
        """Send to the one recipient in `To`, within 25 seconds.

        Raises:
            RefusedForGood, NotNow

        """
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.security == "tls",
            # None would silently send in the clear where the server offers no TLS.
            start_tls=self.security == "starttls",
            username=self.username,
            password=self.password,
            timeout=EXCHANGE_SECONDS,
        )
        try:
            async with asyncio.timeout(EXCHANGE_SECONDS):
                await _connect(client)
                await _hand_over(client, message)
        except TimeoutError:
            client.close()
            raise NotNow("TimeoutError") from None
        except BaseException:
            client.close()
            raise
        await _say_goodbye(client)


async def _connect(client: aiosmtplib.SMTP) -> None:
    try:
        await client.connect()
    except aiosmtplib.SMTPAuthenticationError as error:
        raise NotNow(f"log-in refused: {error.code}", code=error.code) from None
    except aiosmtplib.SMTPResponseException as error:
        # Before any e-mail was named, a refusal is of us, whatever its code.
        raise NotNow(f"connection refused: {error.code}", code=error.code) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise NotNow(type(error).__name__) from None


async def _hand_over(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    try:
        await client.send_message(message)
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = [refused.code for refused in error.recipients]
        raise _refusal(codes[0] if codes else 0, of_the_address=True) from None
    except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPHeloError) as error:
        # Ours to put right.
        raise NotNow(f"sender refused: {error.code}", code=error.code) from None
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(error.code, of_the_address=False) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise NotNow(type(error).__name__) from None


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    # The server has the e-mail: a goodbye that fails or hangs must not make it look unsent.
    with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(_GOODBYE_SECONDS):
            await client.quit()
    client.close()


def _refusal(code: int, *, of_the_address: bool) -> RefusedForGood | NotNow:
    reason = f"recipient refused: {code}" if of_the_address else f"refused: {code}"
    if code in _PERMANENT:
        return RefusedForGood(reason, code=code, of_the_address=of_the_address)
    return NotNow(reason, code=code)
