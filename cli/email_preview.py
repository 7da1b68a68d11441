"""Show the e-mails without sending any: files to open in a browser, and pictures for the docs."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import Final

from cli.email_samples import Sample, samples
from shared.schemas.vocabulary import Language

_DEFAULT: Final = Path(".local/email-preview")
_HEAD: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>E-mails to clients</title><style>"
    "body{font:15px/1.5 system-ui,sans-serif;margin:24px;background:#fff;color:#222}"
    "td,th{padding:4px 16px 4px 0;text-align:left}"
    "figure{display:inline-block;margin:0 16px 24px 0;vertical-align:top}"
    "iframe{display:block;border:1px solid #999}</style>"
)


class PreviewStopped(Exception):
    """What stands against it, in words for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """An e-mail seen by a window of CSS pixels, `scale` times as many in the picture."""

    file: str
    sample: str
    width: int
    height: int
    scheme: str
    scale: int


_PICTURES: Final = (
    _Picture("email-phone-dark.png", "booked-otherwise.en", 360, 1290, "dark", 1),
    _Picture("email-desktop.png", "booked.en", 1000, 960, "light", 1),
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    command.add_argument("--out", type=Path, default=_DEFAULT, help="directory (%(default)s)")
    command.add_argument(
        "--pictures", type=Path, metavar="DIR", help="also take the pictures of the documentation"
    )


def run_preview(arguments: argparse.Namespace) -> int:
    """Write each e-mail in its parts, and pages to look at them.

    Raises:
        PreviewStopped: the directory cannot be written, or there is no browser for the pictures.

    """
    out: Path = arguments.out
    try:
        out.mkdir(parents=True, exist_ok=True)
        written = write_samples(out)
        _write_pages(out, written)
        if arguments.pictures is not None:
            arguments.pictures.mkdir(parents=True, exist_ok=True)
            _take_pictures(out.resolve(), arguments.pictures.resolve())
    except OSError as error:
        raise PreviewStopped(f"{error.strerror}: {error.filename}") from None
    sys.stdout.write(f"{len(written)} e-mails: {out / 'index.html'}\n")
    return 0


def write_samples(out: Path) -> list[Sample]:
    """Write the parts of every sample into files of their own; return the samples."""
    written = list(samples())
    for sample in written:
        for suffix, text in parts_of(sample.message).items():
            (out / f"{sample.name}.{suffix}").write_bytes(text.encode())
    return written


def parts_of(message: EmailMessage) -> dict[str, str]:
    """Return the text (its subject first), the HTML and the calendar file by their suffixes."""
    kinds = {"text/plain": "txt", "text/html": "html", "text/calendar": "ics"}
    found = {
        kinds[part.get_content_type()]: content.decode()
        for part in message.walk()
        if part.get_content_type() in kinds
        and isinstance(content := part.get_payload(decode=True), bytes)
    }
    return found | {"txt": f"{message['Subject']}\n\n{found['txt']}"}


def _write_pages(out: Path, written: list[Sample]) -> None:
    rows = "".join(_row(kind, written) for kind in dict.fromkeys(one.kind for one in written))
    looks = "".join(f'<li><a href="look.{one}.html">All in {one}</a></li>' for one in Language)
    (out / "index.html").write_text(
        f"{_HEAD}<h1>E-mails to clients</h1><ul>{looks}</ul><table>{rows}</table>", "utf-8"
    )
    for language in Language:
        those = [one for one in written if one.language is language]
        (out / f"look.{language}.html").write_text(_HEAD + "".join(map(_look, those)), "utf-8")


def _row(kind: str, written: list[Sample]) -> str:
    cells = "".join(
        f"<td>{one.language}: "
        + " ".join(f'<a href="{one.name}.{end}">{end}</a>' for end in parts_of(one.message))
        + "</td>"
        for one in written
        if one.kind == kind
    )
    return f'<tr><th scope="row">{kind}</th>{cells}</tr>'


def _look(sample: Sample) -> str:
    frames = "".join(
        f"<figure><figcaption>{width} px, {scheme}</figcaption>"
        f"{_frame(f'{sample.name}.html', width, 900, scheme)}</figure>"
        for width, scheme in ((320, "light"), (360, "dark"), (1000, "light"))
    )
    return f"<h2>{sample.kind}: {escape(str(sample.message['Subject']))}</h2>{frames}"


def _frame(source: str, width: int, height: int, scheme: str) -> str:
    # A frame's color-scheme is what the page inside sees as the reader's wish.
    return (
        f'<iframe src="{source}" title="{width} px, {scheme}" width="{width}" height="{height}" '
        f'style="color-scheme: {scheme}"></iframe>'
    )


def _take_pictures(out: Path, directory: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise PreviewStopped("pictures need Chromium: apt-get install chromium")
    for picture in _PICTURES:
        with _page_of(picture, out) as page:
            _photograph(browser, page, picture, directory / picture.file)


@contextmanager
def _page_of(picture: _Picture, out: Path) -> Iterator[Path]:
    page = out / f"picture.{picture.file}.html"
    # No window of Chromium is narrower than 500 pixels: the e-mail is in a frame, enlarged to fit.
    frame = _frame(f"{picture.sample}.html", picture.width, picture.height, picture.scheme)
    page.write_text(
        f"<!doctype html><style>body{{margin:0;zoom:{_zoom(picture)}}}"
        f"iframe{{border:0;display:block}}</style>{frame}",
        "utf-8",
    )
    yield page
    page.unlink()


def _zoom(picture: _Picture) -> float:
    return max(1.0, 500 / picture.width)


def _photograph(browser: str, page: Path, picture: _Picture, file: Path) -> None:
    zoom = _zoom(picture)
    size = f"{int(picture.width * zoom)},{int(picture.height * zoom)}"
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            "--headless",
            "--no-sandbox",  # as root there is none; the page is our own file
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            f"--force-device-scale-factor={picture.scale}",
            f"--window-size={size}",
            f"--screenshot={file}",
            page.as_uri(),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603
        except subprocess.SubprocessError:
            raise PreviewStopped(f"{browser} took no picture") from None
