"""Facts of innovations and of the shared watch; everything is fictitious."""

from shared.contracts.projets import ProjetPropose, StadeFranchi, VeillePartagee, VoteExprime
from tests.factories.facts import identifier


def propose(name: str = "PR1", *, territoire: str = "59", maille: str = "DEPARTEMENT") -> ProjetPropose:
    return ProjetPropose(
        projet_id=identifier(name), maille=maille, territoire=territoire, titre=f"Projet fictif {name}",
        besoin="Des gardes d'enfants aux horaires des chantiers.", stade="IDEE", ptce=True, partenaires=["R01"],
    )  # fmt: skip


def reach(before: ProjetPropose, stade: str) -> StadeFranchi:
    """The same innovation at another stage."""
    return StadeFranchi.model_validate(before.model_dump() | {"stade": stade})


def vote_for(before: ProjetPropose, organisation: str) -> VoteExprime:
    return VoteExprime(
        vote_id=identifier(f"{before.titre}-{organisation}"), projet_id=before.projet_id, organisation=organisation
    )  # fmt: skip


def share_reading() -> VeillePartagee:
    return VeillePartagee(
        veille_id=identifier("VE1"), maille="REGION", territoire="32", titre="Lecture fictive sur la mobilité",
        lien="https://exemple.invalid/mobilite", etiquettes=["mobilite", "essai"],
    )  # fmt: skip
