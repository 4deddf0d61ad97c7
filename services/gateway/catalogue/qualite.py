"""Indicators of the quality of what is declared (QUA)."""

from services.gateway.catalogue.indicateur import Indicateur
from services.gateway.catalogue.mesures import rapport, somme
from services.gateway.pages.formats import Unite

_ASP = "Déclarations mensuelles des structures et annexes financières"
QUALITE = (
    Indicateur("QUA-01", "États mensuels manquants", "États mensuels non déclarés, rapportés aux mois finis que couvre une annexe financière.",
        "ratio, affiché en %", Unite.TAUX, _ASP, rapport("etats", "etats_manquants", "etats_attendus"),
        ("Un mois fini est attendu dès le lendemain ; FIN-19 laisse deux mois.", "Seuil d'alerte : 10 %.")),
    Indicateur("QUA-03", "Annexes sans heures ou sans montant", "Annexes financières de l'année dont les heures par ETP ou le montant unitaire sont nuls.",
        "annexe", Unite.NOMBRE, "Annexes financières", somme("annexes", "annexes_incompletes"), ("Seuil : 0.",)),
    Indicateur("QUA-05", "Heures sans annexe", "Heures déclarées dont l'annexe financière n'est pas du champ, rapportées aux heures déclarées.",
        "ratio, affiché en %", Unite.TAUX, _ASP, rapport("annexes", "heures_sans_annexe", "heures"), ("Ces heures ne comptent dans aucun ETP.",)),
)  # fmt: skip
