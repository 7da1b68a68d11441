"""Composing e-mails, against only putting finished texts together with the standard library."""

from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from benchmarks.measuring import Call, Measurement, Unit, compare_times
from cli.email_preview import parts_of
from cli.email_samples import Compose, samples
from shared.schemas.vocabulary import Language

_GROUP: Final = "composing e-mails (under 3 ms each)"


async def measure_composing(*, pairs: int) -> list[Measurement]:
    """Measure, for each language, one e-mail of each kind in turn."""
    return [await _measure(language, pairs) for language in Language]


async def _measure(language: Language, pairs: int) -> Measurement:
    those = [one for one in samples() if one.language is language]
    baseline, subject = await compare_times(
        [_putting_together(parts_of(one.message)) for one in those],
        [_composing(one.compose) for one in those],
        pairs,
    )
    return Measurement(_GROUP, f"in {language}", Unit.MILLISECONDS, baseline, subject)


def _putting_together(parts: dict[str, str]) -> Call:
    async def call() -> None:
        message = EmailMessage(policy=SMTP)
        message.set_content(parts["txt"])
        message.add_alternative(parts["html"], subtype="html")
        if "ics" in parts:
            message.add_alternative(parts["ics"], subtype="calendar")
            message.add_attachment(parts["ics"].encode(), maintype="application", subtype="ics")

    return call


def _composing(compose: Compose) -> Call:
    async def call() -> None:
        compose()

    return call
