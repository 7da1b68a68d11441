"""The e-mail that invites a client to the portal."""

from email.message import EmailMessage

import pytest

from services.notifier.compose_invitation import compose_invitation
from shared.schemas.client_invited import ClientInvited
from tests.unit.builders import client_wire, practice_wire
from tests.unit.test_compose_email import NOW, part_of
from tests.unit.written_events import PORTAL, invited_event


def compose(event: ClientInvited) -> EmailMessage:
    """Compose the e-mail."""
    return compose_invitation(
        event, mail_from="no-reply@example.org", mail_domain="example.org", now=NOW
    )


def test_it_says_where_the_portal_is_and_what_for() -> None:
    """The address, what one can do there, whom to ask."""
    message = compose(invited_event())
    assert message["Subject"] == "Our client portal: Harbor Street Practice"
    assert " ".join(part_of(message, "plain").split()) == (
        "Hello S\u00f8ren Dahl, You are invited to our client portal. "
        "There you see when we have time, and can ask for an appointment, or to move or cancel "
        "one. If you did not expect this e-mail, you need not do anything. "
        f"Open the portal: {PORTAL} "
        "If you have a question, please contact us: "
        "Phone: +1 212 555 0100 E-mail: office@example.org Harbor Street Practice"
    )
    assert f'href="{PORTAL}"' in part_of(message, "html")


def test_the_address_of_this_invitation_counts() -> None:
    """Not that of the practice's other e-mails."""
    message = compose(invited_event(practice=practice_wire(portal_url="https://old.example.org")))
    for kind in ("plain", "html"):
        assert PORTAL in part_of(message, kind)
        assert "old.example.org" not in part_of(message, kind)


def test_without_a_way_to_ask_none_is_promised() -> None:
    """And that answers are not read is said."""
    message = compose(invited_event(practice=practice_wire(phone=None, email=None)))
    for kind in ("plain", "html"):
        assert "If you have a question" not in part_of(message, kind)
        assert "Please do not answer this e-mail" in part_of(message, kind)


def test_there_is_no_calendar_file() -> None:
    """Nothing is booked."""
    kinds = [part.get_content_type() for part in compose(invited_event()).walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("de", "Sie sind zu unserem Online-Portal eingeladen"),
        ("es", "Le invitamos a usar nuestro portal en l\u00ednea"),
    ],
)
def test_it_is_in_the_clients_language(language: str, headline: str) -> None:
    """In both parts."""
    message = compose(invited_event(client=client_wire(language=language)))
    for kind in ("plain", "html"):
        assert headline in part_of(message, kind)


def test_its_identity_is_the_invitations() -> None:
    """A second invitation is another e-mail."""
    identity = compose(invited_event())["Message-ID"]
    assert identity == "<00000000-0000-0000-0000-000000000032.invited@example.org>"
