"""The people of the practice tenant and the application that signs in for itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from psaqb_desktop.practice.crm.security import Role


@dataclass(frozen=True)
class Person:
    """Someone who can sign in; without a role they are in the tenant but not in the CRM."""

    key: str
    name: str
    email: str
    note: str
    role: Role | None

    @property
    def user_id(self) -> str:
        """Id of the ``systemuser`` row."""
        return str(uuid5(NAMESPACE_URL, f"practice-crm/systemuser/{self.key}"))

    @property
    def object_id(self) -> str:
        """Id of the person in the directory."""
        return str(uuid5(NAMESPACE_URL, f"practice-crm/directory/{self.key}"))


PEOPLE: tuple[Person, ...] = (
    Person("ada", "Ada Ledger", "ada@alderfinch.example", "accountant, admin", Role.ADMINISTRATOR),
    Person(
        "cleo",
        "Cleo Clerk",
        "cleo@alderfinch.example",
        "accountant, no admin; sees secured columns only through a profile",
        Role.ACCOUNTANT,
    ),
    Person(
        "ben",
        "Ben Viewer",
        "ben@alderfinch.example",
        "read only, may not read secured columns",
        Role.READER,
    ),
    Person("eve", "Eve Outsider", "eve@alderfinch.example", "has no access to this CRM", None),
)
APPLICATION = Person(
    "application",
    "PSAQB connector (application)",
    "application@alderfinch.example",
    "signs in with a client secret",
    Role.ADMINISTRATOR,
)


def person_by_key(key: str) -> Person | None:
    """Find one who can sign in on the page."""
    return next((person for person in PEOPLE if person.key == key), None)


def person_by_user_id(user_id: str) -> Person | None:
    """Find anyone whom a token can stand for."""
    return next((p for p in (*PEOPLE, APPLICATION) if p.user_id == user_id), None)
