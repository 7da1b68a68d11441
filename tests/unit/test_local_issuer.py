"""The local issuer's key: made once, for its owner alone, and its private part stays inside."""

import json
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from shared.auth.local_issuer import LOCAL_ISSUER, LocalIssuer
from shared.auth.tokens import TokenVerifier
from tests.unit.builders import CLIENT_ID, PRACTICE_ID
from tests.unit.test_tokens import now


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A key in a directory that did not exist before."""
    path = tmp_path / "keys" / "local.json"
    LocalIssuer.create_key(path)
    return path


def private_part(key_file: Path) -> str:
    """Return what nobody else may see."""
    return str(json.loads(key_file.read_text())["d"])


def test_the_key_is_for_its_owner_alone(key_file: Path) -> None:
    """Nobody else on the machine can sign."""
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_overwritten(key_file: Path) -> None:
    """Starting again keeps the tokens handed out before."""
    before = key_file.read_bytes()
    LocalIssuer.create_key(key_file)
    assert key_file.read_bytes() == before


def test_each_machine_has_a_key_of_its_own(tmp_path: Path) -> None:
    """Keys and key ids are random."""
    for name in ("one", "two"):
        LocalIssuer.create_key(tmp_path / name)
    one, two = (json.loads((tmp_path / name).read_text()) for name in ("one", "two"))
    assert one["d"] != two["d"]
    assert one["kid"] != two["kid"]


async def test_tokens_of_a_loaded_key_verify(key_file: Path) -> None:
    """What one process signs, another verifies, with the key from the same file."""
    claims = {"sub": "amara", "practice_id": str(PRACTICE_ID), "client_id": str(CLIENT_ID)}
    token = LocalIssuer.load(key_file).sign(claims, audience="openchair", now=now())
    keys = LocalIssuer.load(key_file).keys
    actor = await TokenVerifier(keys, issuer=LOCAL_ISSUER, audience="openchair").verify(token)
    assert actor.subject == "amara"


async def test_the_private_part_stays_inside(key_file: Path) -> None:
    """What verifiers are given can check tokens, and can sign none."""
    issuer = LocalIssuer.load(key_file)
    secret = private_part(key_file)
    token = issuer.sign({"sub": "amara"}, audience="openchair", now=now())
    key = await issuer.keys.key_for(token)
    assert isinstance(key.key, EllipticCurvePublicKey)
    assert secret not in repr(vars(key))
    assert secret not in repr(vars(issuer.keys))
    assert secret not in repr(issuer)
    with pytest.raises((jwt.PyJWTError, TypeError, AttributeError)):
        jwt.encode({"sub": "amara"}, key, algorithm="ES256")


def test_a_token_names_its_key_and_holds_no_more_than_claims(key_file: Path) -> None:
    """The header names the key id; the claims are ours and the registered ones."""
    token = LocalIssuer.load(key_file).sign({"sub": "amara"}, audience="openchair", now=now())
    assert jwt.get_unverified_header(token)["kid"] == json.loads(key_file.read_text())["kid"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == {"sub", "iss", "aud", "iat", "exp"}
    assert claims["exp"] - claims["iat"] == 12 * 3600


def test_claims_cannot_lengthen_a_token(key_file: Path) -> None:
    """Issuer, audience and end are the issuer's, whatever claims are given."""
    claims = {"sub": "amara", "exp": 9_999_999_999, "iss": "x", "aud": "x"}
    token = LocalIssuer.load(key_file).sign(claims, audience="openchair", now=now())
    told = jwt.decode(token, options={"verify_signature": False})
    assert (told["iss"], told["aud"]) == (LOCAL_ISSUER, "openchair")
    assert told["exp"] < 9_999_999_999


@pytest.mark.parametrize(
    "content", ["", "{", "null", "[]", "{}", '{"kty": "EC"}', '{"kty": "oct", "k": "AA"}']
)
def test_a_file_that_holds_no_key_is_named_as_such(key_file: Path, content: str) -> None:
    """`load` promises OSError or ValueError, which the command turns into words."""
    key_file.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError):  # noqa: PT011  every kind of it
        LocalIssuer.load(key_file)


def test_a_missing_file_is_named_as_such(tmp_path: Path) -> None:
    """No file, no key."""
    with pytest.raises(OSError):  # noqa: PT011  every kind of it
        LocalIssuer.load(tmp_path / "none.json")
