"""Bearer tokens: only what the issuer signed, for us, and not for too long, says who is asking."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from shared.auth.actors import ClientActor, ProspectiveClientActor, Role, StaffActor
from shared.auth.local_issuer import LOCAL_ISSUER, TOKEN_LIFETIME, LocalIssuer
from shared.auth.tokens import ALGORITHMS, TokenRefused, TokenVerifier

AUDIENCE = "openchair"
PRACTICE, STAFF, CLIENT = (str(UUID(int=number)) for number in (1, 2, 3))
AMARA = {"sub": "amara", "practice_id": PRACTICE, "client_id": CLIENT}
DANA = {"sub": "dana", "practice_id": PRACTICE, "role": "clinician", "staff_id": STAFF}


def new_issuer(kid: str = "key-1") -> LocalIssuer:
    """Return an issuer with a key of its own."""
    private: dict[str, str] = ECAlgorithm.to_jwk(
        ec.generate_private_key(ec.SECP256R1()), as_dict=True
    )
    return LocalIssuer({**private, "kid": kid, "alg": "ES256"})


ISSUER = new_issuer()
VERIFIER = TokenVerifier(ISSUER.keys, issuer=LOCAL_ISSUER, audience=AUDIENCE)


def now() -> datetime:
    """Return the time: PyJWT reads the clock itself."""
    return datetime.now(UTC)


def sign(claims: dict[str, Any], **others: Any) -> str:
    """Return a token of our issuer."""
    return ISSUER.sign(claims, **{"audience": AUDIENCE, "now": now(), **others})


def sign_raw(claims: dict[str, Any], without: str = "") -> str:
    """Return a token of our key with exactly these registered claims."""
    whole = {
        **AMARA,
        "iss": LOCAL_ISSUER,
        "aud": AUDIENCE,
        "exp": int(now().timestamp()) + 60,
        **claims,
    }
    whole.pop(without, None)
    return jwt.encode(whole, ISSUER._private, algorithm="ES256", headers={"kid": "key-1"})


def part(content: object) -> str:
    """Return one part of a token."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


async def refused(token: str) -> TokenRefused:
    """Verify a token that must be refused, and return how."""
    with pytest.raises(TokenRefused) as caught:
        await VERIFIER.verify(token)
    return caught.value


@pytest.mark.parametrize(
    ("claims", "actor"),
    [
        (AMARA, ClientActor(UUID(PRACTICE), "amara", UUID(CLIENT))),
        (DANA, StaffActor(UUID(PRACTICE), "dana", UUID(STAFF), Role.CLINICIAN)),
        (
            {**DANA, "role": "practice_scheduler"},
            StaffActor(UUID(PRACTICE), "dana", UUID(STAFF), Role.PRACTICE_SCHEDULER),
        ),
        (
            {"sub": "portal", "practice_id": PRACTICE, "scope": "openid portal:prospective"},
            ProspectiveClientActor(UUID(PRACTICE), "portal"),
        ),
    ],
)
async def test_a_token_says_who_is_asking(claims: dict[str, Any], actor: object) -> None:
    """What the local issuer signs is read as a client, as staff, or as the portal."""
    assert await VERIFIER.verify(sign(claims)) == actor


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "x", "practice_id": PRACTICE},
        {"sub": "x", "practice_id": PRACTICE, "scope": "openid"},
        {"sub": "x", "practice_id": PRACTICE, "scope": "portal:prospective2"},
        {"practice_id": PRACTICE, "client_id": CLIENT},
        {**AMARA, "sub": ""},
        {**AMARA, "sub": 5},
        {**AMARA, "sub": "x" * 256},
        {"sub": "amara", "client_id": CLIENT},
        {**AMARA, "practice_id": "harbor-street"},
        {**AMARA, "practice_id": None},
        {**AMARA, "client_id": "amara"},
        {**AMARA, "staff_id": STAFF},
        {**AMARA, "role": "clinician"},
        {**DANA, "client_id": CLIENT},
        {**DANA, "staff_id": "dana"},
        {**DANA, "staff_id": None},
        {**DANA, "role": None},
        {**DANA, "role": "administrator"},
        {**DANA, "role": ["clinician"]},
        {**DANA, "role": None, "scope": "portal:prospective"},
        {**AMARA, "staff_id": STAFF, "scope": "portal:prospective"},
    ],
    ids=str,
)
async def test_claims_that_name_nobody_are_refused(claims: dict[str, Any]) -> None:
    """Exactly one of client, staff with a role, or portal; ids are UUIDs."""
    assert not (await refused(sign(claims))).expired


async def test_tokens_end() -> None:
    """An expired token says so; ten seconds of clocks that differ are forgiven, not more."""
    start = now() - TOKEN_LIFETIME
    assert await VERIFIER.verify(sign(AMARA, now=start - timedelta(seconds=5)))
    assert (await refused(sign(AMARA, now=start - timedelta(seconds=12)))).expired


async def test_who_is_staff_is_so_until_the_token_ends() -> None:
    """To the second at which it would be refused; two tokens of one person are one actor."""
    begins = now().replace(microsecond=0)
    early = await VERIFIER.verify(sign(DANA, now=begins - timedelta(hours=1)))
    late = await VERIFIER.verify(sign(DANA, now=begins))
    assert isinstance(early, StaffActor)
    assert isinstance(late, StaffActor)
    assert late.expires_at == (begins + TOKEN_LIFETIME + timedelta(seconds=10)).timestamp()
    assert late.expires_at - early.expires_at == 3600
    assert early == late


async def test_tokens_begin() -> None:
    """A token of tomorrow is not valid today."""
    await refused(sign(AMARA, now=now() + timedelta(days=1)))
    await refused(sign({**AMARA, "nbf": int(now().timestamp()) + 3600}))


async def test_tokens_of_others_are_refused() -> None:
    """Another audience, another issuer: signed by our key, yet not for us."""
    await refused(sign(AMARA, audience="another-service"))
    await refused(sign_raw({"iss": "https://id.example.org"}))
    await refused(sign_raw({"aud": ["another-service", "a-third"]}))
    assert await VERIFIER.verify(sign_raw({}))


@pytest.mark.parametrize("claim", ["exp", "iss", "aud", "sub", "practice_id"])
async def test_no_claim_may_be_missing(claim: str) -> None:
    """A token without an end, an issuer, an audience or a subject is refused."""
    await refused(sign_raw({}, without=claim))


async def test_a_key_that_only_looks_right_is_refused() -> None:
    """Another key under the same key id does not sign for us; an unknown key id neither."""
    await refused(new_issuer().sign(AMARA, audience=AUDIENCE, now=now()))
    await refused(new_issuer("key-2").sign(AMARA, audience=AUDIENCE, now=now()))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
async def test_unsigned_tokens_are_refused(algorithm: str) -> None:
    """`alg: none` proves nothing."""
    _, payload, signature = sign(AMARA).split(".")
    header = part({"alg": algorithm, "typ": "JWT", "kid": "key-1"})
    await refused(f"{header}.{payload}.")
    await refused(f"{header}.{payload}.{signature}")


def test_only_signatures_of_key_pairs_are_allowed() -> None:
    """No shared secret and no `none`, whatever kinds of keys a provider publishes."""
    assert ALGORITHMS
    assert all(name.startswith(("ES", "RS", "PS")) for name in ALGORITHMS)


async def test_the_public_key_is_no_secret_to_sign_with() -> None:
    """HS256 with the public key as its secret is the classic forgery."""
    public = ISSUER.keys._keys["key-1"].key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = {**AMARA, "iss": LOCAL_ISSUER, "aud": AUDIENCE, "exp": int(now().timestamp()) + 60}
    for secret in (public, public.strip()):
        signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'key-1'})}.{part(claims)}"
        digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        await refused(f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}")


async def test_a_changed_token_is_refused() -> None:
    """Another practice written into the payload breaks the signature."""
    header, payload, signature = sign(DANA).split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = part({**claims, "practice_id": str(UUID(int=9))})
    await refused(f"{header}.{changed}.{signature}")
    await refused(f"{header}.{payload}.{signature[:-4]}AAAA")
    await refused(f"{header}.{payload}.")


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "not a token",
        "\u00fc.\u00fc.\u00fc",
        f"{part({'alg': 'ES256'})}.e30.x",
        f"{part({'alg': 'ES256', 'kid': []})}.e30.x",
        f"{part({'alg': 5, 'kid': 'key-1'})}.e30.x",
        f"{part([])}.e30.x",
        "A" * 60_000,
        base64.urlsafe_b64encode(b"[" * 20_000).decode() + ".e30.x",
    ],
    ids=lambda token: token[:30] or "empty",
)
async def test_garbage_is_refused(token: str) -> None:
    """Whatever stands in the header, the answer is a refusal and not a crash."""
    await refused(token)


async def test_a_good_token_is_not_checked_again_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is until it expires, and no longer than a minute; another one is checked for itself."""
    asked: list[str] = []

    class Counted:
        async def key_for(self, token: str) -> jwt.PyJWK:
            asked.append(token)
            return await ISSUER.keys.key_for(token)

    verifier = TokenVerifier(Counted(), issuer=LOCAL_ISSUER, audience=AUDIENCE)
    token, other = sign(AMARA), sign({**AMARA, "sub": "somebody else"})
    first = await verifier.verify(token)
    assert await verifier.verify(token) == first
    assert await verifier.verify(other) != first
    with pytest.raises(TokenRefused):
        await verifier.verify(token[:-4] + "AAAA")
    assert asked == [token, other, token[:-4] + "AAAA"]

    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 61)
    await verifier.verify(token)
    assert asked.count(token) == 2


async def test_a_kept_token_does_not_outlive_its_expiry() -> None:
    """Nor by a second: then it is checked as ever."""
    token = sign(AMARA, now=now() - TOKEN_LIFETIME + timedelta(seconds=5))
    verifier = TokenVerifier(ISSUER.keys, issuer=LOCAL_ISSUER, audience=AUDIENCE)
    assert await verifier.verify(token)
    (kept,) = verifier._good.values()
    assert kept.until <= time.time() + 5
