"""The state machine: chooses operations, does them on a real store, compares with the model."""

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.scheduler.mongo.store import Store
from tests.integration.state_machine import crowds, draws
from tests.integration.state_machine.books import DONE
from tests.integration.state_machine.choices import DRAWN, Choices, Scene
from tests.integration.state_machine.crowds import Draw
from tests.integration.state_machine.invariants import Watch
from tests.integration.state_machine.journal import Journal
from tests.integration.state_machine.model import apply, explain, why_not
from tests.integration.state_machine.names import Names
from tests.integration.state_machine.opening import open_practices
from tests.integration.state_machine.operations import Operation, Outcome
from tests.integration.state_machine.people import LATER, PLACES_IN_TIME, STAFF
from tests.integration.state_machine.performing import perform
from tests.integration.state_machine.reading import take_picture
from tests.integration.state_machine.seeing import what_is_seen, what_should_be_seen


class PracticesAtWork(RuleBasedStateMachine):
    """Many people at work on two practices."""

    def __init__(self, runner: asyncio.Runner, store: Store, journal: Journal) -> None:
        super().__init__()
        self._run, self._store, self._journal = runner.run, store, journal
        self._names = Names()
        self._watch = Watch()
        self._scene = Scene(places=PLACES_IN_TIME[:1])
        self._run(open_practices(store, self._names))
        journal.begin()

    @initialize(places=st.sets(st.sampled_from(PLACES_IN_TIME), min_size=1, max_size=2))
    def choose_places_in_time(self, places: set[datetime]) -> None:
        """Let all of it happen about one or two instants, so that it clashes."""
        self._scene.places = sorted(places)

    @rule(drawn=DRAWN)
    def submit(self, drawn: bytes) -> None:
        """A request comes in."""
        self._alone(draws.submit(Choices(drawn, self._scene)))

    @rule(drawn=DRAWN)
    def book(self, drawn: bytes) -> None:
        """Somebody books without a request."""
        self._alone(draws.book(Choices(drawn, self._scene)))

    @rule(drawn=DRAWN)
    def approve(self, drawn: bytes) -> None:
        """Somebody approves."""
        self._alone(draws.approve(Choices(drawn, self._scene)))

    @rule(drawn=DRAWN)
    def close(self, drawn: bytes) -> None:
        """A request ends otherwise, or somebody tells the client that it has."""
        choose = Choices(drawn, self._scene)
        kinds: list[Draw] = [draws.decline, draws.withdraw, draws.follow_up]
        self._alone(choose.one_of(kinds)(choose))

    @rule(drawn=DRAWN)
    def change(self, drawn: bytes) -> None:
        """Somebody changes an appointment, or who sees to a client."""
        choose = Choices(drawn, self._scene)
        kinds: list[Draw] = [draws.move, draws.move, draws.move, draws.cancel, draws.assign]
        self._alone(choose.one_of(kinds)(choose))

    @rule(drawn=DRAWN)
    def again(self, drawn: bytes) -> None:
        """Something is sent once more, word for word."""
        if self._scene.done:
            self._alone(Choices(drawn, self._scene).one_of(self._scene.done))

    @rule(drawn=DRAWN)
    def anything_at_once(self, drawn: bytes) -> None:
        """Several people do anything."""
        self._at_once(crowds.any_crowd(Choices(drawn, self._scene)))

    @rule(drawn=DRAWN)
    def decide_at_once(self, drawn: bytes) -> None:
        """Several people decide one request."""
        self._at_once(crowds.around_a_request(Choices(drawn, self._scene)))

    @rule(drawn=DRAWN)
    def want_an_hour_at_once(self, drawn: bytes) -> None:
        """Several people want one hour."""
        self._at_once(crowds.for_an_hour(Choices(drawn, self._scene)))

    @rule(drawn=DRAWN)
    def come_in_at_once(self, drawn: bytes) -> None:
        """A request comes in while it changes what it is about."""
        self._at_once(crowds.at_the_door(Choices(drawn, self._scene)))

    @rule(moment=st.sampled_from(LATER))
    def time_passes(self, moment: datetime) -> None:
        """The clock goes on, over what waits."""
        self._scene.books.now = max(self._scene.books.now, moment)
        self._journal.note(f"it is {self._scene.books.now:%Y-%m-%dT%H:%MZ}")

    @rule(actor=st.sampled_from(sorted(STAFF)))
    def look(self, actor: str) -> None:
        """Somebody looks at all they can, and asks for what is not theirs."""
        books = self._scene.books
        seen = self._run(what_is_seen(self._store, self._names, books, actor))
        self._journal.require(
            seen == what_should_be_seen(books, actor),
            f"{actor} sees {seen}, not {what_should_be_seen(books, actor)}",
        )

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        """The database holds what the model says, and nothing that never may be."""
        store = self._run(take_picture(self._store, self._names))
        try:
            self._watch.check(deepcopy(store))
        except AssertionError as fault:
            self._journal.require(False, str(fault))
        differences = self._scene.books.picture().differences(store)
        self._journal.require(not differences, "\n".join(differences))

    def _alone(self, operation: Operation) -> None:
        books = self._scene.books
        (outcome,) = self._run(perform(self._store, self._names, [operation], books.now))
        self._keep(operation, outcome)
        expected = apply(books, operation, outcome)
        self._journal.require(expected.explains(outcome), f"expected {expected}")

    def _at_once(self, operations: Sequence[Operation]) -> None:
        books = self._scene.books
        outcomes = self._run(perform(self._store, self._names, operations, books.now))
        results = list(zip(operations, outcomes, strict=True))
        for operation, outcome in results:
            self._keep(operation, outcome, at_once=True)
        store = self._run(take_picture(self._store, self._names))
        after = explain(books, results, store)
        if after is None:
            why = "\n".join(why_not(books, results, store))
            self._journal.require(False, f"no order explains what came of it:\n{why}")
        else:
            self._scene.books = after

    def _keep(self, operation: Operation, outcome: Outcome, *, at_once: bool = False) -> None:
        self._journal.add(operation, outcome, at_once=at_once)
        if outcome.answer == DONE:
            self._scene.done.append(operation)
