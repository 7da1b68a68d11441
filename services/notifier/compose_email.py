"""From an appointment that was booked, moved or cancelled to its e-mail (PRODUCT 5, 8.11)."""

from datetime import datetime
from email.message import EmailMessage

from services.notifier.appointment_file import appointment_file
from services.notifier.changes_in_words import changes_in_words, modality_in_words
from services.notifier.client_news import ClientNews
from services.notifier.languages import Sentence, Words, literally, words_for
from services.notifier.letter import Fact, Letter, Note
from services.notifier.message import Sending, to_message
from services.notifier.reaching import no_answers, to_ask_again, to_change
from services.notifier.telling_time import Clock
from services.notifier.times import length_in_words
from shared.schemas.appointment_changed import AppointmentChange


def compose_email(
    news: ClientNews, *, mail_from: str, mail_domain: str, now: datetime
) -> EmailMessage:
    """Return the e-mail; its Message-ID is the same whenever it is composed for the same event.

    Raises:
        ValueError: no e-mail can be made of it.

    """
    sending = Sending(news.about.event_id, news.practice, news.client, mail_from, mail_domain, now)
    try:
        letter = appointment_letter(news, words_for(news.client, news.practice))
        return to_message(letter, sending, appointment_file(news, letter, sending))
    except OverflowError:
        raise ValueError("the time is none that every zone has") from None


def appointment_letter(news: ClientNews, words: Words) -> Letter:
    """Return what the e-mail says."""
    practice = news.practice
    cancelled = news.appointment.status == "cancelled"
    clock = Clock(practice.time_zone, news.client.time_zone, words)
    arrival = practice.texts.arrival
    return Letter(
        words=words,
        subject=_subject(news, words),
        headline=_headline(news, words),
        client_name=news.client.name,
        practice_name=practice.name,
        lead=_what_is_off(news, words, clock) if cancelled else (),
        facts=() if cancelled else _facts(news, words, clock),
        # After the facts: who only glances at the first time they see must not see the old one.
        remarks=() if cancelled else _what_was(news, words, clock),
        listing=None if cancelled else changes_in_words(news, words, clock.tell),
        notes=()
        if cancelled or not arrival
        else (Note(words.gettext("Before your appointment"), arrival),),
        contact=to_ask_again(practice, words) if cancelled else to_change(practice, words),
        closing=practice.texts.closing,
        footnote=no_answers(practice, words),
    )


def _subject(news: ClientNews, words: Words) -> str:
    practice = news.practice.name
    match news.done:
        case AppointmentChange.BOOKED:
            told = words.say("Appointment confirmed: %(practice)s", practice=practice)
        case AppointmentChange.CANCELLED:
            told = words.say("Appointment cancelled: %(practice)s", practice=practice)
        case AppointmentChange.MOVED if news.keeps_its_time:
            # Its place, say: who reads "moved" thinks of another time.
            told = words.say("Appointment changed: %(practice)s", practice=practice)
        case AppointmentChange.MOVED:
            told = words.say("Appointment moved: %(practice)s", practice=practice)
    return str(told)


def _headline(news: ClientNews, words: Words) -> str:
    match news.done:
        case AppointmentChange.BOOKED:
            return words.gettext("Your appointment is confirmed")
        case AppointmentChange.CANCELLED:
            return words.gettext("Your appointment has been cancelled")
        case AppointmentChange.MOVED if news.keeps_its_time:
            return words.gettext("Your appointment has been changed")
        case AppointmentChange.MOVED:
            return words.gettext("Your appointment has been moved")


def _what_is_off(news: ClientNews, words: Words, clock: Clock) -> tuple[Sentence | str, ...]:
    told, *elsewhere = clock.tell_fully(news.appointment.start)
    booked = words.say(
        "It was booked for %(when)s (%(zone)s) with %(clinician)s.",
        **told.values,
        clinician=news.appointment.clinician_name,
    )
    asked = news.about.request_id is not None
    return (
        booked,
        *elsewhere,
        *([words.gettext("We cancelled it as you asked.")] if asked else []),
        words.gettext("You do not need to do anything."),
    )


def _what_was(news: ClientNews, words: Words, clock: Clock) -> tuple[Sentence, ...]:
    if news.previous is None or news.keeps_its_time:
        return ()
    return (
        words.say(
            "It was booked for %(when)s before; that time is free again.",
            when=clock.tell(news.previous.start),
        ),
    )


def _facts(news: ClientNews, words: Words, clock: Clock) -> tuple[Fact, ...]:
    booked = news.appointment
    facts = [
        Fact(words.gettext("When"), clock.tell_fully(booked.start)),
        Fact(words.gettext("Length"), (length_in_words(booked.minutes, words),)),
        Fact(words.gettext("With"), (literally(booked.clinician_name),)),
        Fact(words.gettext("How"), (modality_in_words(booked.modality, words),)),
    ]
    if booked.location is not None:
        facts.append(Fact(words.gettext("Where"), (booked.location,)))
    return tuple(facts)
