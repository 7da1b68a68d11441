"""The HTML part: for eyes in the dark, on a phone, without pictures, and for ears."""

import re
from html.parser import HTMLParser

import pytest

from cli.email_samples import Sample, samples
from tests.unit.builders import approved_event, booked_wire, client_wire, practice_wire
from tests.unit.test_compose_email import compose, part_of

ALL = list(samples())
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
READABLE = 4.5  # WCAG 2.2, 1.4.3


class Outline(HTMLParser):
    """Notes the elements, their attributes, and the text of a page."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that opens."""
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that it closes what was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def html_of(sample: Sample) -> str:
    """Return a sample's HTML."""
    return part_of(sample.message, "html")


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_a_screen_reader_finds_its_way(sample: Sample) -> None:
    """Its language, a title, one main heading and others below it; no table, no picture."""
    page = Outline(html_of(sample))
    tags = [tag for tag, _ in page.elements]
    assert dict(page.elements)["html"]["lang"] == sample.language
    assert tags.count("title") == tags.count("h1") == 1
    headings = [tag for tag in tags if re.fullmatch(r"h\d", tag)]
    assert headings == ["h1"] + ["h2"] * (len(headings) - 1)
    assert not {"table", "img", "script", "link", "iframe", "form"} & set(tags)


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_it_needs_nothing_from_elsewhere(sample: Sample) -> None:
    """Nobody is told that it was read: addresses are only what one clicks."""
    html = html_of(sample)
    assert "url(" not in html
    assert "@import" not in html
    for tag, attributes in Outline(html).elements:
        assert "src" not in attributes
        assert ("href" in attributes) == (tag == "a")


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_styles_are_in_the_elements(sample: Sample) -> None:
    """Readers that drop style sheets lose no more than dark mode and the small screen."""
    html = html_of(sample)
    (sheet,) = STYLE.findall(html)
    assert len(re.findall(r"^\s*@media", sheet, re.MULTILINE)) == sheet.count("@") == 2
    assert "data-css-inline" not in html
    page = Outline(html)
    for tag, attributes in page.elements:
        if tag in {"body", "div", "p", "h1", "h2", "dt", "dd", "li"}:
            assert attributes.get("style"), tag


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("text", "background"),
    [
        ("#1d2b2f", "#ffffff"),
        ("#1d2b2f", "#f1f7f7"),
        ("#1f6f78", "#ffffff"),
        ("#55666b", "#f1f7f7"),
        ("#55666b", "#ffffff"),
        ("#14616a", "#ffffff"),
        ("#ffffff", "#1f6f78"),
        ("#e6ecec", "#1b2426"),
        ("#e6ecec", "#233033"),
        ("#84d2da", "#1b2426"),
        ("#abbcbf", "#233033"),
        ("#abbcbf", "#1b2426"),
        ("#0e2326", "#84d2da"),
    ],
)
def test_colours_can_be_told_apart(text: str, background: str) -> None:
    """Light and dark; these are the colours of the template."""
    html = html_of(ALL[0])
    assert text in html
    assert background in html
    assert contrast(text, background) >= READABLE


def test_long_words_do_not_widen_the_page() -> None:
    """200 letters without a space are broken on a screen of 320 pixels."""
    html = part_of(compose(approved_event(practice=practice_wire(name="x" * 200))), "html")
    assert "overflow-wrap: anywhere" in html
    assert re.search(r"(?<!max-)width: \d{3}", html) is None


@pytest.mark.parametrize(
    ("language", "clock"),
    [("en", "10:00\u00a0AM"), ("de", "10:00\u00a0Uhr"), ("es", "10:00\u00a0a.m.")],
)
def test_a_time_is_not_broken(language: str, clock: str) -> None:
    """On a narrow screen the AM stays with its hour; plain text has plain spaces."""
    message = compose(approved_event(client=client_wire(language=language)))
    assert clock in part_of(message, "html")
    assert clock.replace("\u00a0", " ") in part_of(message, "plain")


def test_names_of_either_direction() -> None:
    """A name decides for itself; the sentence around it is not turned round."""
    name = "\u05e9\u05e8\u05d4 \u05db\u05d4\u05df"
    html = part_of(compose(approved_event(appointment=booked_wire(clinician_name=name))), "html")
    assert re.search(rf'<span[^>]*dir="auto"[^>]*>{name}</span>', html)


def test_addresses_that_one_clicks() -> None:
    """A telephone dials without its spaces; an address of odd letters stays one address."""
    practice = practice_wire(
        phone="+1 (212) 555-0100", email="o'ffice?subject=x&y@example.org", portal_url=None
    )
    html = part_of(compose(approved_event(practice=practice)), "html")
    assert 'href="tel:+12125550100"' in html
    assert 'href="mailto:o%27ffice%3Fsubject%3Dx%26y@example.org"' in html


@pytest.mark.parametrize("where", ["location", "arrival", "cancelling", "closing"])
def test_web_addresses_in_what_staff_write_are_links(where: str) -> None:
    """Where to connect can be clicked; only http and https."""
    url = "https://video.example.org/r/1?a=1&b=2"
    text = f"Go to {url} or javascript:alert(1)"
    data = (
        {"appointment": booked_wire(location=text)}
        if where == "location"
        else {"practice": practice_wire(texts={where: text})}
    )
    links = [
        attributes["href"]
        for tag, attributes in Outline(part_of(compose(approved_event(**data)), "html")).elements
        if tag == "a"
    ]
    assert url in links
    assert not [link for link in links if link and link.startswith("javascript")]


@pytest.mark.parametrize("whose", ["client", "clinician"])
def test_a_name_is_never_a_link(whose: str) -> None:
    """Whatever somebody calls themselves at the portal, our e-mail does not link to it."""
    name = "See https://bad.example.net now"
    data = (
        {"client": client_wire(name=name)}
        if whose == "client"
        else {"appointment": booked_wire(clinician_name=name)}
    )
    html = part_of(compose(approved_event(**data)), "html")
    assert name in html
    assert 'href="https://bad' not in html
