"""Persons once merges are counted: the views keep who was named, a statement says here who that is."""


def gardees(vue: str) -> str:
    """Return the rows of a view, each with ``gardee``, the person that it is about once merges are counted.

    Two rows of one person have one ``gardee``: they are grouped and joined by it, never looked up one by one.
    """
    return (
        "(select v.*, coalesce(f.conservee_id, v.personne_id) as gardee "  # noqa: S608 # a name of these modules
        f"from {vue} v left join fusion f on f.absorbee_id = v.personne_id)"
    )
