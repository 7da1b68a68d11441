"""`docs/problems.md` lists every code that we answer with, its status, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from services.scheduler.domain.refusals import NotOffered, Refusal
from services.scheduler.http_api.errors import STATUS
from shared.http.problems import TYPE_PREFIX
from shared.portal.policy import Objection

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
ROW: Final = re.compile(r"^\| `([a-z-]+)` \| (\d{3}) \|(.*)\|$", re.MULTILINE)
CODE: Final = re.compile(r"[a-z]+(-[a-z]+)+")
BY_STATUS: Final = {"not-found", "method-not-allowed"}
"""What the framework refuses by itself: the code is made from the status."""


def sources() -> Iterator[ast.AST]:
    """Return the syntax trees of all that answers HTTP."""
    for folder in ("services", "shared"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def codes_in(tree: ast.AST) -> Iterator[str]:
    """Return the codes of `Problem(status, code, ...)`, `Away(code=...)` and `code = "..."`."""
    for node in ast.walk(tree):
        told: ast.expr | None = None
        match node:
            case ast.Call(func=ast.Name(id="Problem"), args=[_, code, *_]):
                told = code
            case ast.Call(func=ast.Name(id="_unauthorized"), args=[code, *_]):
                told = code
            case ast.Call(
                func=ast.Name(id="Away"), keywords=[ast.keyword(arg="code", value=code), *_]
            ):
                told = code
            case ast.Assign(targets=[ast.Name(id="code")], value=value):
                told = value
        if isinstance(told, ast.Constant) and isinstance(told.value, str):
            yield told.value


_IN_CODE: Final = {code for tree in sources() for code in codes_in(tree)}
ANSWERED: Final = _IN_CODE | BY_STATUS | set(Objection)
LISTED: Final = {code: int(status) for code, status, _ in ROW.findall(PAGE)}


def test_the_codes_are_found() -> None:
    """Else the comparison would be of nothing with nothing."""
    assert {"slot-taken", "unknown-cursor", "half-a-range", "token-missing"} <= ANSWERED
    assert all(CODE.fullmatch(code) for code in ANSWERED)


def test_every_code_is_listed_and_none_that_is_not_answered() -> None:
    """A new refusal comes with its row; a row goes with its refusal."""
    assert set(LISTED) == ANSWERED


@pytest.mark.parametrize("refusal", STATUS.keys() - {NotOffered}, ids=lambda kind: kind.code)
def test_a_refusal_is_listed_with_its_status(refusal: type[Refusal]) -> None:
    """The page says what the table of the API says."""
    assert (refusal.code, STATUS[refusal]) in [
        (code, int(status)) for code, status, _ in ROW.findall(PAGE)
    ]


def test_each_row_says_when_and_what_to_do() -> None:
    """Nothing is left blank, and each code is told once for each group of paths."""
    for section in PAGE.split("\n## "):
        codes = [code for code, _, _ in ROW.findall(section)]
        assert len(codes) == len(set(codes))
    for code, _, rest in ROW.findall(PAGE):
        assert all(cell.strip() for cell in rest.split("|")), code
    assert TYPE_PREFIX in PAGE
