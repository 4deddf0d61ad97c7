"""What the database has to say of a line: a broken constraint, or a value that no column holds."""

from collections.abc import Callable, Mapping

from sqlalchemy.exc import DBAPIError

from shared.errors import BusinessError


class Contradiction(BusinessError):
    """The database refuses the line; the common cases have their own refusal."""

    code = "contrainte"


def constraint_of(error: DBAPIError) -> str:
    """Return the name of the constraint that an error is about; empty when it is about none."""
    return getattr(getattr(error.orig, "__cause__", None), "constraint_name", None) or ""


def refusal_of(error: DBAPIError, constraints: Mapping[str, Callable[[], BusinessError]]) -> BusinessError:
    """Return the refusal that a broken constraint means, by its name; a value out of range breaks none."""
    name = constraint_of(error)
    if name in constraints:
        return constraints[name]()
    why = f"contrainte {name}" if name else "une valeur ne peut pas être enregistrée"
    return Contradiction(f"La base refuse cette ligne ({why}).")
