"""The regional plan of 2017 in the demonstration: its four axes are those of the source, the rest is fictitious.

Actions and targets only show what a plan holds. Nothing here is drawn: the generated files do not depend on it.
"""

from typing import Any

PLANS: tuple[dict[str, Any], ...] = (
    {
        "reference": "PLAN-32-2017",
        "connu_le": "2017-01-01",
        "maille": "REGION",
        "territoire": "32",
        "titre": "Plan régional de l'insertion par l'activité économique",
        "date_debut": "2017-01-01",
        "date_fin": "2019-12-31",
        "source": "IAE en Hauts-de-France, état des lieux et perspectives, 2017 (quatre axes) ; actions et cibles fictives",
        "axes": [
            {
                "code": "1",
                "titre": "Développement social et économique",
                "actions": [
                    {"code": "1.1", "titre": "Généraliser la conférence des financeurs", "etat": "EN_COURS"},
                    {"code": "1.2", "titre": "Développer les heures de clauses sociales", "etat": "EN_COURS"},
                ],
                "indicateurs": [
                    {"indicateur": "FIN-03", "annee": 2017, "cible": "10000", "sens": "AU_MOINS"},
                    {"indicateur": "FIN-06", "annee": 2017, "cible": "1.00", "sens": "AU_MOINS"},
                    {
                        "indicateur": "CLA-01",
                        "annee": 2017,
                        "departement": "62",
                        "cible": "600000",
                        "sens": "AU_MOINS",
                    },
                ],
            },
            {
                "code": "2",
                "titre": "Formation",
                "actions": [
                    {
                        "code": "2.1",
                        "titre": "Ouvrir un centre de ressources pour la formation des salariés en insertion",
                        "pilote": "IRIAE-HDF",
                        "echeance": "2018-12-31",
                        "etat": "PREVUE",
                    }
                ],
            },
            {
                "code": "3",
                "titre": "Accompagnement",
                "actions": [
                    {"code": "3.1", "titre": "Renforcer le lien entre CTA et CDIAE", "etat": "PREVUE"}
                ],
                "indicateurs": [
                    {"indicateur": "ORI-02", "annee": 2017, "cible": "18000", "sens": "AU_MOINS"},
                    {"indicateur": "ORI-04", "annee": 2017, "cible": "0.50", "sens": "AU_MOINS"},
                ],
            },
            {
                "code": "4",
                "titre": "Sorties dynamiques",
                "actions": [{"code": "4.1", "titre": "Préparer la sortie dès l'entrée", "etat": "EN_COURS"}],
                "indicateurs": [{"indicateur": "SOR-01", "annee": 2017, "cible": "0.60", "sens": "AU_MOINS"}],
            },
        ],
    },
)
