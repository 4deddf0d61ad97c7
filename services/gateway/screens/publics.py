"""What the page of pathways tells of publics and of reasons of refusal: the last daily count, small counts hidden."""

from services.gateway.catalogue.lecture import Lecture
from services.gateway.catalogue.mesures import Part
from services.gateway.pages.parcours import Compte
from services.gateway.queries.publics import MOTIFS
from services.gateway.screens.saisie import MOTIFS_REFUS

SOURCES = ("publics", "refus")
PUBLICS = (
    ("PUB-01", "Femmes", "femmes", ""),
    ("PUB-10", "Moins de 26 ans", "jeunes", "Âge : année observée moins année de naissance."),
    ("PUB-11", "50 ans et plus", "seniors", "Âge : année observée moins année de naissance."),
    ("PUB-02", "Bénéficiaires du RSA", "brsa", ""),
    ("PUB-04", "Allocataires de l'ASS", "ass", ""),
    ("PUB-05", "Allocataires de l'AAH", "aah", ""),
    ("PUB-06", "Travailleurs handicapés", "handicapes", ""),
    ("PUB-09", "Demandeurs d'emploi depuis 12 mois et plus", "longue_duree", ""),
    ("PUB-07", "dont de 12 à 23 mois", "deld", ""),
    ("PUB-08", "dont 24 mois et plus", "detld", ""),
    ("PUB-12", "Résidents d'un quartier prioritaire", "qpv", "Critère déclaré, non adresse codée."),
    ("PUB-13", "Résidents d'une zone rurale (ZRR, FRR)", "zrr", ""),
    ("PUB-14", "Niveau inférieur au CAP", "sans_diplome", "Niveau de formation codé 70."),
    ("NIVEAU_INCONNU", "Niveau de formation non renseigné", "niveau_inconnu", ""),
    ("CAP_BEP", "Critère « CAP, BEP ou infra »", "cap_bep", ""),
    ("PUB-15", "Autres situations, une au moins", "autres_situations", "Qui en a plusieurs compte une fois."),
    ("PI", "dont parents isolés", "parents_isoles", ""),
    ("PSH_PR", "dont sans hébergement ou hébergés", "sans_hebergement", ""),
    ("REF_DA", "dont réfugiés et demandeurs d'asile", "refugies", ""),
    ("DETENTION_MJ", "dont sortants de détention, sous main de justice", "sortants_detention", ""),
    ("ASE", "dont sortants de l'aide sociale à l'enfance", "sortants_ase", ""),
    ("FLE", "dont maîtrise insuffisante du français", "langue", ""),
    ("PM", "dont problème de mobilité", "mobilite", ""),
    ("INCONNU", "Personnes effacées", "inconnus", "Rien n'est plus connu d'elles : elles ne sont d'aucun public."),
)  # fmt: skip
LIBELLES = MOTIFS_REFUS | {"auto": "Sans réponse après 60 jours : refus automatique"}


def publics_of(lecture: Lecture) -> tuple[Compte, ...]:
    """Return the publics among the persons employed in the year; none where no count was made."""
    rows = tuple(_row(lecture, code, label, "publics", name, note) for code, label, name, note in PUBLICS)
    return rows if any(row.nombre is not None for row in rows) else ()


def refus_of(lecture: Lecture) -> tuple[Compte, ...]:
    """Return the refusals of the year by reason; none where no count was made."""
    rows = tuple(
        _row(lecture, motif.upper(), LIBELLES[motif], "refus", name, "") for name, motif in MOTIFS.items()
    )
    return rows if any(row.nombre is not None for row in rows) else ()


def _row(lecture: Lecture, code: str, label: str, source: str, name: str, note: str) -> Compte:
    whole = {"publics": "personnes", "refus": "refusees"}[source]
    return Compte(code, label, lecture.montre(source, name), Part(source, name, whole).valeur(lecture), note)
