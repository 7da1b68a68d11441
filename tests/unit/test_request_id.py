"""The id of a request: the same key of the same caller is the same request, and no other is."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.request_intake.domain.request_id import request_id

PRACTICE = UUID(int=1)
# Keys and callers that quote, separate and end each other's texts, to look for joins that collide.
tricky = st.text(alphabet='ab",\\[]: \x00\u00e9', max_size=6) | st.text(max_size=20)
triples = st.tuples(st.uuids(), tricky, tricky)
near = st.tuples(st.sampled_from([UUID(int=1), UUID(int=2)]), tricky, tricky)


def test_the_id_of_a_key_never_changes() -> None:
    """Clients repeat calls over deployments: this id is a promise, not an accident."""
    assert request_id(PRACTICE, "amara", "key-1") == UUID("ff7d30a0-1dd7-5b01-8640-5e6d845b3819")


@given(triples)
def test_repeating_gives_the_same_request(triple: tuple[UUID, str, str]) -> None:
    """A retry needs no memory of ours."""
    assert request_id(*triple) == request_id(*triple)
    assert request_id(*triple).version == 5


@given(near, near)
def test_no_two_triples_are_one_request(
    one: tuple[UUID, str, str], other: tuple[UUID, str, str]
) -> None:
    """Another practice, another caller or another key is another request."""
    assert (request_id(*one) == request_id(*other)) == (one == other)


@given(st.uuids(), tricky, tricky)
def test_caller_and_key_do_not_run_together(practice: UUID, caller: str, key: str) -> None:
    """Letters that move from the caller to the key make another request."""
    joined = caller + key
    ids = {request_id(practice, joined[:cut], joined[cut:]) for cut in range(len(joined) + 1)}
    assert len(ids) == len(joined) + 1


def test_without_a_key_each_call_is_a_request_of_its_own() -> None:
    """Nothing says that two calls are the same, so they are not."""
    ids = {request_id(PRACTICE, "amara", None) for _ in range(50)}
    assert len(ids) == 50
    assert {identifier.version for identifier in ids} == {4}


def test_an_empty_key_is_a_key() -> None:
    """Empty is not the same as absent."""
    assert request_id(PRACTICE, "amara", "") == request_id(PRACTICE, "amara", "")
