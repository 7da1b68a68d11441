"""Write the golden e-mails anew: `make emails`, then read the differences before they are kept."""

from pathlib import Path
from typing import Final

from cli.email_preview import parts_of
from cli.email_samples import Sample, samples

GOLDEN: Final = Path(__file__).parent / "golden" / "emails"
SUFFIXES: Final = ("txt", "ics")


def golden_files(sample: Sample) -> dict[Path, str]:
    """Return what is kept of a sample: its text and its calendar file."""
    parts = parts_of(sample.message)
    return {GOLDEN / f"{sample.name}.{end}": parts[end] for end in SUFFIXES if end in parts}


def main() -> None:
    """Write all, and remove those of no sample."""
    for path in GOLDEN.iterdir():
        path.unlink()
    for sample in samples():
        for path, text in golden_files(sample).items():
            path.write_bytes(text.encode())


if __name__ == "__main__":
    main()
