"""Headers: one recipient, one identity, and no text of anybody's that could become a header."""

import re
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.notifier.client_news import ClientEvent, news_of
from services.notifier.compose_email import compose_email
from shared.schemas.fields import PersonName
from shared.schemas.request_approved import RequestApproved
from tests.unit.builders import approved_event, approved_wire, client_wire, practice_wire
from tests.unit.changed_events import changed_event

NOW = datetime(2027, 2, 1, 12, 0, 5, tzinfo=UTC)
HEADERS = [
    "Subject",
    "From",
    "To",
    "Reply-To",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]
NAME = TypeAdapter[str](PersonName)
NAMES = {
    "quotes": 'Ann "Annie" Walsh',
    "apostrophe": "Liam O'Connell",
    "comma": "Walsh, Ann",
    "brackets": "Ann (she/her) <Walsh>",
    "backslash": "Ann \\ Walsh",
    "backslash at the end": "Ann\\",
    "one quote": 'Ann " Walsh',
    "address": "mallory@example.net",
    "list of addresses": "a@example.net, b@example.net",
    "end of the address": '"x" <mallory@example.net>, "',
    "emoji": "Ana \U0001f600\U0001f44b\U0001f3fd",
    "joined emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "right to left": "\u05e9\u05e8\u05d4 \u05db\u05d4\u05df",
    "Arabic": "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
    "Japanese": "\u9ad8\u6a4b \u967d\u5b50",
    "a group": "undisclosed: a@example.net;",
    "200 letters": "a" * 200,
    "200 accents": "\u00e9" * 200,
    "200 emoji": "\U0001f600" * 200,
    "200 in words": ("Anna Maria " * 19)[:200].strip(),
    "200 with commas": ("Walsh, Ann; " * 17)[:200].strip(),
    "200 with addresses": ("a@example.net, " * 14)[:200].strip(),
    "200 with quotes": ('Ann "Annie" ' * 17)[:200].strip(),
    "200 with accents and commas": ("\u00c9lan, Zo\u00eb " * 18)[:200].strip(),
    "encoded word": "=?utf-8?q?Ann?=",
    "encoded line break": "=?utf-8?q?x=0D=0ABcc:_mallory=40example.net?=",
    "encoded line feed": "=?utf-8?q?x=0ABcc:_mallory=40example.net?=",
    "encoded body": "=?utf-8?q?x=0D=0A=0D=0AThis_is_no_longer_a_header?=",
    "encoded line break in base64": "=?utf-8?b?eA0KQmNjOiBtYWxsb3J5QGV4YW1wbGUubmV0?=",
    "encoded address": "=?utf-8?q?x=22_=3Cmallory=40example.net=3E,_=22?=",
}


def compose(event: ClientEvent, **others: str) -> EmailMessage:
    """Compose the e-mail for an event."""
    addresses = {"mail_from": "no-reply@example.org", "mail_domain": "example.org", **others}
    return compose_email(news_of(event), now=NOW, **addresses)


def sent(message: EmailMessage) -> EmailMessage:
    """Return the e-mail as the receiving side parses it."""
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(message.as_bytes())


def arrived(**data: Any) -> EmailMessage:
    """Return what arrives for an event."""
    return sent(compose(approved_event(**data)))


def addresses(message: EmailMessage, header: str) -> list[str]:
    """Return the bare addresses in a header."""
    return [address.addr_spec for address in message[header].addresses]


def check_headers(message: EmailMessage) -> None:
    """Check that headers and recipients are those that we wrote, and no other."""
    assert message.keys() == HEADERS
    assert addresses(message, "To") == ["soren@example.org"]
    assert addresses(message, "From") == ["no-reply@example.org"]
    assert addresses(message, "Reply-To") == ["office@example.org"]


def test_the_headers_of_an_email() -> None:
    """From the practice's name at our address, answers to the practice, no holiday replies."""
    message = arrived()
    check_headers(message)
    assert message["From"].addresses[0].display_name == "Harbor Street Practice"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_practice_may_sign_its_emails_otherwise() -> None:
    """Its name in the subject and the text, the sender's in From; answers where it wants them."""
    practice = practice_wire(sender_name="Harbor Street, front desk", reply_to="desk@example.org")
    message = arrived(practice=practice)
    assert message["From"].addresses[0].display_name == "Harbor Street front desk"
    assert addresses(message, "From") == ["no-reply@example.org"]
    assert addresses(message, "Reply-To") == ["desk@example.org"]
    assert message["Subject"] == "Appointment confirmed: Harbor Street Practice"


@pytest.mark.parametrize(
    "address",
    [
        "Ann <ann@example.org>",
        "ann@example.org, mallory@example.net",
        '"Ann" ann@example.org',
        "ann@example.org\nBcc: mallory@example.net",
        "ann@example.org (Ann)",
    ],
)
@pytest.mark.parametrize("member", ["email", "reply_to"])
def test_an_address_is_an_address_and_no_more(member: str, address: str) -> None:
    """With a display name or a second one beside it, it is refused where it is read."""
    with pytest.raises(ValidationError):
        approved_event(practice=practice_wire(**{member: address}))
    with pytest.raises(ValidationError):
        approved_event(client=client_wire(email=address))


def test_a_practice_without_an_address_gets_no_answers() -> None:
    """No Reply-To is better than a wrong one."""
    assert "Reply-To" not in arrived(practice=practice_wire(email=None))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
@pytest.mark.parametrize("whose", ["client", "practice"])
def test_no_name_becomes_a_header_or_a_recipient(whose: str, name: str) -> None:
    """Whatever a client calls themselves at the portal, the e-mail goes to their address alone."""
    part = client_wire(name=name) if whose == "client" else practice_wire(name=name)
    try:
        event = approved_event(**{whose: part})
    except ValidationError:
        return  # refused where it is read
    check_headers(sent(compose(event)))


@given(st.text(min_size=1, max_size=200))
@example("x" * 60 + ", mallory@example.net, " + "y" * 60)
def test_no_text_at_all_becomes_a_header_or_a_recipient(text: str) -> None:
    """The same for every text that is a name by our own rules."""
    try:
        name = NAME.validate_python(text)
    except ValidationError:
        return
    check_headers(arrived(client=client_wire(name=name), practice=practice_wire(name=name)))


@pytest.mark.parametrize(
    "kind",
    [
        "quotes",
        "apostrophe",
        "comma",
        "brackets",
        "backslash",
        "emoji",
        "right to left",
        "Japanese",
    ],
)
def test_a_name_arrives_as_it_is(kind: str) -> None:
    """Encoding is undone by the reader; what would need quotes beside an address is left out."""
    name = NAMES[kind]
    message = arrived(client=client_wire(name=name), practice=practice_wire(name=name))
    plain = " ".join(re.sub(r'[()<>\[\]:;@\\,."]', " ", name).split())
    assert message["To"].addresses[0].display_name == plain
    assert message["From"].addresses[0].display_name == plain
    assert message["Subject"] == f"Appointment confirmed: {name}"


@pytest.mark.parametrize("letter", ["a", "\u00e9", "\u05d0", "\U0001f600"])
def test_a_long_name_is_folded_and_not_lost(letter: str) -> None:
    """200 letters of any alphabet arrive, on lines that servers take (RFC 5322, 2.1.1)."""
    name = letter * 200
    raw = compose(approved_event(practice=practice_wire(name=name))).as_bytes()
    head = raw.split(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 998
    subject = BytesParser(policy=policy.compat32).parsebytes(raw)["Subject"]
    assert str(make_header(decode_header(subject))).replace(" ", "").endswith(name)


@pytest.mark.parametrize(
    "text",
    [
        "S\u00f8ren\nBcc: mallory@example.net",
        "S\u00f8ren\r\nBcc: mallory@example.net",
        "S\u00f8ren\rx",
        "S\u00f8ren\n",
        "S\u00f8ren\u2028",
        "S\u00f8ren\x85x",
    ],
)
@pytest.mark.parametrize("whose", ["client", "practice"])
def test_a_line_break_never_gets_this_far(whose: str, text: str) -> None:
    """The model refuses it: there is no event with a name of two lines."""
    part = client_wire(name=text) if whose == "client" else practice_wire(name=text)
    with pytest.raises(ValidationError):
        approved_event(**{whose: part})


def test_an_email_keeps_its_identity() -> None:
    """Sent twice by an accident, it is the same message: the reader shows it once."""
    first = compose(approved_event())
    later = compose_email(
        news_of(approved_event()),
        mail_from="no-reply@example.org",
        mail_domain="example.org",
        now=NOW.replace(hour=18),
    )
    assert first["Message-ID"] == later["Message-ID"]
    assert first["Message-ID"] == ("<00000000-0000-0000-0000-000000000028.approved@example.org>")


def test_another_event_is_another_email() -> None:
    """The identity is the event's."""
    wire = {**approved_wire(), "id": "00000000-0000-0000-0000-000000000029:approved"}
    other = RequestApproved.model_validate(wire)
    assert compose(other)["Message-ID"] != compose(approved_event())["Message-ID"]


def test_the_email_of_a_direct_change_has_the_same_headers() -> None:
    """One recipient, and an identity that is the event's: the appointment's and its sequence."""
    message = compose(changed_event())
    check_headers(sent(message))
    assert message["Message-ID"] == ("<00000000-0000-0000-0000-00000000001e.0.changed@example.org>")


def test_a_long_domain_does_not_break_the_identity() -> None:
    """The Message-ID stays one line and one token."""
    domain = "mail." + "harbor-street-practice." * 4 + "example.org"
    raw = compose(approved_event(), mail_domain=domain).as_bytes()
    identity = f"Message-ID: <00000000-0000-0000-0000-000000000028.approved@{domain}>\r\n"
    assert identity.encode() in raw


def test_every_line_is_short_enough_for_mail_servers() -> None:
    """No line over 998 octets, and CRLF at the end of each, whatever the texts are."""
    name = "\u05d0\U0001f600, " * 50
    message = compose(
        approved_event(
            client=client_wire(name=name[:199].strip(", ")),
            changes=[{"field": "service", "asked": "x" * 200, "booked": "\u00e9" * 200}],
        )
    )
    raw = message.as_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
