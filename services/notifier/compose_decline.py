"""The message that staff wrote when they declined a request, as an e-mail (PRODUCT 8.7).

Only for practices that opted in, and only where staff wrote one: a plain decline sends nothing.
"""

from datetime import datetime
from email.message import EmailMessage

from services.notifier.languages import Words, literally, words_for
from services.notifier.letter import Fact, Letter, Note
from services.notifier.message import Sending, to_message
from services.notifier.reaching import no_answers, to_ask_again
from services.notifier.telling_time import Clock
from shared.schemas.request_declined import DeclineMessage, RequestDeclined
from shared.schemas.vocabulary import RequestType


def compose_decline(
    event: RequestDeclined, *, mail_from: str, mail_domain: str, now: datetime
) -> EmailMessage:
    """Return the e-mail; its Message-ID is the same whenever it is composed for the same event.

    Raises:
        ValueError: staff wrote nothing, or no e-mail can be made of it.

    """
    written = event.data.message
    if written is None or not written.text:
        raise ValueError("staff wrote no message")
    sending = Sending(event.id, written.practice, written.client, mail_from, mail_domain, now)
    words = words_for(written.client, written.practice)
    try:
        return to_message(decline_letter(written, event.data.request_type, words), sending)
    except OverflowError:
        raise ValueError("the time is none that every zone has") from None


def decline_letter(written: DeclineMessage, asked_for: RequestType, words: Words) -> Letter:
    """Return what the e-mail says."""
    practice = written.practice
    about_another = asked_for is not RequestType.NEW
    return Letter(
        words=words,
        subject=str(words.say("Your appointment request: %(practice)s", practice=practice.name)),
        headline=words.gettext("We could not confirm your request"),
        client_name=written.client.name,
        practice_name=practice.name,
        lead=(words.gettext("This changes nothing about the appointment that you have."),)
        if about_another
        else (),
        facts=_asked(written, words),
        notes=(Note(words.gettext("Our message to you"), written.text),),
        contact=to_ask_again(practice, words),
        closing=practice.texts.closing,
        footnote=no_answers(practice, words),
    )


def _asked(written: DeclineMessage, words: Words) -> tuple[Fact, ...]:
    clock = Clock(written.practice.time_zone, written.client.time_zone, words)
    facts = []
    if written.asked.start is not None:
        facts.append(Fact(words.gettext("You asked for"), clock.tell_fully(written.asked.start)))
    if written.asked.clinician_name is not None:
        facts.append(Fact(words.gettext("With"), (literally(written.asked.clinician_name),)))
    return tuple(facts)
