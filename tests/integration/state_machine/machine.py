"""The state machine: chooses operations, does them on a real store, compares with the model."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.scheduler.mongo.store import Store
from tests.integration.state_machine import crowds, draws
from tests.integration.state_machine.beginning import first_operations
from tests.integration.state_machine.books import DONE
from tests.integration.state_machine.choices import DRAWN, Choices, Scene
from tests.integration.state_machine.crowds import Draw
from tests.integration.state_machine.invariants import Watch
from tests.integration.state_machine.journal import Journal
from tests.integration.state_machine.model import apply, explain, why_not
from tests.integration.state_machine.names import Names
from tests.integration.state_machine.opening import open_practices
from tests.integration.state_machine.operations import Operation, Outcome
from tests.integration.state_machine.people import PLACES_IN_TIME, STAFF
from tests.integration.state_machine.performing import perform
from tests.integration.state_machine.reading import take_picture
from tests.integration.state_machine.records import Picture
from tests.integration.state_machine.seeing import what_is_seen, what_should_be_seen

_MINUTES: Final = (timedelta(minutes=-10), timedelta(minutes=5))
_KINDS: Final[list[Draw]] = [
    *[draws.approve] * 5,
    *[draws.submit] * 4,
    *[draws.move] * 3,
    *[draws.book] * 2,
    draws.decline,
    draws.withdraw,
    draws.follow_up,
    draws.cancel,
    draws.assign,
]
_CROWDS: Final[list[Callable[[Choices], list[Operation]]]] = [
    *[crowds.around_a_request] * 2,
    *[crowds.for_an_hour] * 2,
    crowds.at_the_door,
    crowds.any_crowd,
]


class PracticesAtWork(RuleBasedStateMachine):
    """Many people at work on two practices."""

    def __init__(self, runner: asyncio.Runner, store: Store, journal: Journal) -> None:
        super().__init__()
        self._run, self._store, self._journal = runner.run, store, journal
        self._names = Names()
        self._watch = Watch()
        self._picture: Picture | None = None  # when it was taken since the last operation
        self._scene = Scene(places=PLACES_IN_TIME[:1])
        self._run(open_practices(store, self._names))
        journal.begin()

    @initialize(
        places=st.sets(st.sampled_from(PLACES_IN_TIME), min_size=1, max_size=2), drawn=DRAWN
    )
    def begin(self, places: set[datetime], drawn: bytes) -> None:
        """Let all of it happen about one or two instants, so that it clashes; something waits."""
        self._scene.places = sorted(places)
        choose = Choices(drawn, self._scene)
        for operation in first_operations(choose):
            self._alone(operation)

    @rule(drawn=DRAWN)
    def somebody_does_something(self, drawn: bytes) -> None:
        """One after the other."""
        choose = Choices(drawn, self._scene)
        self._alone(choose.one_of(_KINDS)(choose))

    @rule(drawn=DRAWN)
    def several_do_something_at_once(self, drawn: bytes) -> None:
        """In whatever order that ends."""
        choose = Choices(drawn, self._scene)
        self._at_once(choose.one_of(_CROWDS)(choose))

    @rule(drawn=DRAWN)
    def somebody_waits_and_sees(self, drawn: bytes) -> None:
        """Time passes, something is sent once more word for word, or somebody looks at it all."""
        choose = Choices(drawn, self._scene)
        moment = self._scene.places[0] + choose.one_of(_MINUTES)
        if choose.one_of([False, True]):
            self._scene.books.now = max(self._scene.books.now, moment)
            self._journal.note(f"it is {self._scene.books.now:%Y-%m-%dT%H:%MZ}")
        if self._scene.done:
            self._alone(choose.one_of(self._scene.done[::-1]))
        self._look(choose.one_of(sorted(STAFF)))

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        """The database holds what the model says, and nothing that never may be."""
        store = self._picture or self._run(take_picture(self._store, self._names))
        self._picture = None
        try:
            self._watch.check(store)
        except AssertionError as fault:
            self._journal.require(False, str(fault))
        differences = self._scene.books.picture().differences(store)
        self._journal.require(not differences, "\n".join(differences))

    def _look(self, actor: str) -> None:
        books = self._scene.books
        seen = self._run(what_is_seen(self._store, self._names, books, actor))
        theirs = what_should_be_seen(books, actor)
        self._journal.require(seen == theirs, f"{actor} sees {seen}, not {theirs}")

    def _alone(self, operation: Operation) -> None:
        books = self._scene.books
        (outcome,) = self._perform([operation])
        self._keep(operation, outcome)
        expected = apply(books, operation, outcome)
        self._journal.require(expected.explains(outcome), f"expected {expected}")

    def _at_once(self, operations: Sequence[Operation]) -> None:
        books = self._scene.books
        outcomes = self._perform(operations)
        results = list(zip(operations, outcomes, strict=True))
        for operation, outcome in results:
            self._keep(operation, outcome, at_once=True)
        store = self._picture = self._run(take_picture(self._store, self._names))
        after = explain(books, results, store)
        if after is None:
            why = "\n".join(why_not(books, results, store))
            self._journal.require(False, f"no order explains what came of it:\n{why}")
        else:
            self._scene.books = after

    def _perform(self, operations: Sequence[Operation]) -> list[Outcome]:
        try:
            return self._run(perform(self._store, self._names, operations, self._scene.books.now))
        except Exception as error:
            self._journal.keep_failure(f"{operations} raised {error!r}")
            raise

    def _keep(self, operation: Operation, outcome: Outcome, *, at_once: bool = False) -> None:
        self._journal.add(operation, outcome, at_once=at_once)
        if outcome.answer == DONE:
            self._scene.done.append(operation)
