"""Names for ids: those known before are computed, those the scheduler makes get the next name."""

from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

_LETTERS: Final = 36  # of a UUID


class Names:
    """Translates both ways."""

    def __init__(self) -> None:
        self._ids: dict[str, UUID] = {}
        self._names: dict[UUID, str] = {}

    def id_of(self, name: str) -> UUID:
        """Return the id of somebody or something."""
        identifier = self._ids.get(name) or uuid5(NAMESPACE_OID, name)
        self._remember(name, identifier)
        return identifier

    def id_or_none(self, name: str | None) -> UUID | None:
        """Return the id, or None for nobody."""
        return None if name is None else self.id_of(name)

    def name_of(self, identifier: UUID) -> str:
        """Return the name, or the id in words when it has none."""
        return self._names.get(identifier, str(identifier))

    def name_or_none(self, identifier: UUID | None) -> str | None:
        """Return the name, or None for nothing."""
        return None if identifier is None else self.name_of(identifier)

    def in_text(self, text: str) -> str:
        """Return an id made of several parts with names in it."""
        parts = text.split(":")
        return ":".join(
            self.name_of(UUID(part)) if len(part) == _LETTERS else part for part in parts
        )

    def christen(self, letter: str, told: str | None) -> str | None:
        """Return the name of what an outcome tells; what has none gets the letter's next."""
        if told is None or told in self._ids:
            return told
        if (known := self._names.get(UUID(told))) is not None:
            return known
        number = 1 + sum(name[:1] == letter and name[1:].isdigit() for name in self._ids)
        self._remember(f"{letter}{number}", UUID(told))
        return f"{letter}{number}"

    def _remember(self, name: str, identifier: UUID) -> None:
        self._ids[name] = identifier
        self._names[identifier] = name
