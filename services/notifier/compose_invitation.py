"""The invitation to a practice's portal, as an e-mail (PRODUCT 2)."""

from datetime import datetime
from email.message import EmailMessage

from services.notifier.languages import Words, words_for
from services.notifier.letter import Button, Letter
from services.notifier.message import Sending, to_message
from services.notifier.reaching import no_answers, to_question
from shared.schemas.client_invited import ClientInvited, ClientInvitedData


def compose_invitation(
    event: ClientInvited, *, mail_from: str, mail_domain: str, now: datetime
) -> EmailMessage:
    """Return the e-mail; its Message-ID is the same whenever it is composed for the same event."""
    data = event.data
    sending = Sending(event.id, data.practice, data.client, mail_from, mail_domain, now)
    return to_message(invitation_letter(data, words_for(data.client, data.practice)), sending)


def invitation_letter(data: ClientInvitedData, words: Words) -> Letter:
    """Return what the e-mail says."""
    practice = data.practice
    return Letter(
        words=words,
        subject=str(words.say("Our client portal: %(practice)s", practice=practice.name)),
        headline=words.gettext("You are invited to our client portal"),
        client_name=data.client.name,
        practice_name=practice.name,
        lead=(
            words.gettext(
                "There you see when we have time, and can ask for an appointment, or to move "
                "or cancel one."
            ),
            words.gettext("If you did not expect this e-mail, you need not do anything."),
        ),
        button=Button(words.gettext("Open the portal"), data.portal_url),
        contact=to_question(practice, words),
        closing=practice.texts.closing,
        footnote=no_answers(practice, words),
    )
