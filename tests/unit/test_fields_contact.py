"""E-mail addresses and telephone numbers: bare, single, and safe to put where they will go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.schemas.fields import EmailAddress, PhoneNumber

EMAIL = TypeAdapter[str](EmailAddress)
PHONE = TypeAdapter[str](PhoneNumber)


@pytest.mark.parametrize(
    "address",
    [
        "soren@example.org\n",
        "\nsoren@example.org",
        "soren@example.org\r\nBcc: other@example.org",
        "so\nren@example.org",
        "soren@example.org\x00",
        "soren@exam\tple.org",
        " soren@example.org",
        "soren@example.org\u200b",
        "S\u00f8ren <soren@example.org>",
        "<soren@example.org>",
        "soren@example.org,other@example.org",
        "soren@example.org;other@example.org",
        "soren@example.org other@example.org",
        "soren@other@example.org",
        "s\u00f8ren@example.org",
        "\u0441oren@example.org",  # a Cyrillic letter that looks like a c
        '"soren dahl"@example.org',
        "soren@[127.0.0.1]",
        "soren@localhost",
        "soren@",
        "@example.org",
        "soren",
        "",
        "so..ren@example.org",
        "soren@example..org",
        "soren@example.org.",
        "mailto:soren@example.org?bcc=x@example.org",
        "a" * 290 + "@example.org",
        "soren@" + "a.example." * 30 + "example.org",
    ],
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    """One bare address of at most 254 characters, ASCII before the @, nothing around it."""
    with pytest.raises(ValidationError):
        EMAIL.validate_python(address)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("soren@example.org", "soren@example.org"),
        ("liam.o'connell+therapy@example.org", "liam.o'connell+therapy@example.org"),
        ("Soren@EXAMPLE.org", "Soren@example.org"),
        ("soren@b\u00fccher.example.org", "soren@xn--bcher-kva.example.org"),
        ("soren@xn--bcher-kva.example.org", "soren@xn--bcher-kva.example.org"),
    ],
)
def test_plain_addresses_are_kept_in_ascii(address: str, kept: str) -> None:
    """Domains with letters of other alphabets become the ASCII form that mail servers take."""
    assert EMAIL.validate_python(address) == kept


@pytest.mark.parametrize("value", [None, 5, True, ["soren@example.org"]])
def test_only_text_is_an_address(value: object) -> None:
    """Other types are not turned into an address."""
    with pytest.raises(ValidationError):
        EMAIL.validate_python(value)


@given(st.text(max_size=40), st.text(max_size=20))
def test_what_is_taken_as_address_is_safe_in_a_header(before: str, after: str) -> None:
    """Whatever is taken is printable ASCII with one @ and nothing that ends a header or a list."""
    try:
        kept = EMAIL.validate_python(f"{before}@{after}example.org")
    except ValidationError:
        return
    assert kept.isascii()
    assert kept.isprintable()
    assert kept.count("@") == 1
    assert not set(kept) & set(' ,;:<>()[]"\\')


@pytest.mark.parametrize(
    "number", ["+1 212 555 0100", "(212) 555-0100", "212.555.0100", "030/123456", "12345"]
)
def test_numbers_are_kept_as_people_write_them(number: str) -> None:
    """Spaces, brackets, dots, hyphens and a leading plus are usual."""
    assert PHONE.validate_python(number) == number


@pytest.mark.parametrize(
    "number",
    [
        "",
        "1234",
        "1" * 32,
        "call me",
        "+1 212 555 0100 x5",
        "12345\n",
        "0100\n12345",
        "1+2345",
        "++12345",
        "\uff11\uff12\uff13\uff14\uff15",
        "\u0661\u0662\u0663\u0664\u0665",
        "12345\u200e",
        "12345;ext=1",
    ],
)
def test_what_is_no_number_is_refused(number: str) -> None:
    """Five to thirty-one characters of a telephone number on one line."""
    with pytest.raises(ValidationError):
        PHONE.validate_python(number)


@pytest.mark.parametrize("number", ["-----", "     ", "( ) ( )", "+....."])
def test_a_number_has_digits(number: str) -> None:
    """Staff must be able to call it: punctuation alone is no number."""
    with pytest.raises(ValidationError):
        PHONE.validate_python(number)
