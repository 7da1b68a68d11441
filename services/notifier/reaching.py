"""How clients reach the practice, as its e-mails tell them."""

from services.notifier.languages import Words
from services.notifier.letter import Button, Contact
from services.notifier.message import reply_address
from shared.schemas.appointment_details import PracticeContact


def to_change(practice: PracticeContact, words: Words) -> Contact:
    """Return how to change or cancel an appointment that is booked."""
    return Contact(
        intro=words.gettext("To change or cancel, or if you have a question, please contact us:")
        if _answers(practice)
        else words.gettext("To change or cancel, please use the portal."),
        button=_button(words.gettext("Change or cancel online"), practice.portal_url),
        phone=practice.phone,
        email=_email(practice),
        text=practice.texts.cancelling,
    )


def to_ask_again(practice: PracticeContact, words: Words) -> Contact:
    """Return how to get another appointment."""
    return Contact(
        intro=words.gettext(
            "For another appointment, or if you have a question, please contact us:"
        )
        if _answers(practice)
        else words.gettext("For another appointment, please use the portal."),
        button=_button(words.gettext("Ask for another appointment"), practice.portal_url),
        phone=practice.phone,
        email=_email(practice),
    )


def to_question(practice: PracticeContact, words: Words) -> Contact | None:
    """Return whom to ask; None when the practice named no way."""
    if not _answers(practice):
        return None
    return Contact(
        intro=words.gettext("If you have a question, please contact us:"),
        button=None,
        phone=practice.phone,
        email=_email(practice),
    )


def no_answers(practice: PracticeContact, words: Words) -> str | None:
    """Return what to say where an answer to the e-mail would reach nobody."""
    if reply_address(practice) is not None:
        return None
    return words.gettext("Please do not answer this e-mail: nobody would read it.")


def _answers(practice: PracticeContact) -> bool:
    return practice.phone is not None or _email(practice) is not None


def _email(practice: PracticeContact) -> str | None:
    return practice.email or practice.reply_to


def _button(label: str, url: str | None) -> Button | None:
    return None if url is None else Button(label, url)
