"""Attack: read every page, file and view, of any territory, type and structure; subtract; find nobody."""

import csv
import io
from decimal import Decimal
from typing import Any

from services.gateway.catalogue import INDICATEURS
from services.gateway.catalogue.mesures import Effectif, Part
from services.gateway.catalogue.structures import raison_sans_structure
from services.gateway.pages.formats import Absence
from services.gateway.queries.publics import MOTIFS
from services.gateway.screens.publics import PUBLICS
from tests.factories.attack import solve
from tests.factories.facts import identifier
from tests.factories.region_facts import PLACES
from tests.integration.gateway.conftest import Gateway

DEPARTEMENTS = ("02", "59", "60", "62", "80")
TYPES = ("", "ACI", "EI")
LIEUX = ("32", *DEPARTEMENTS)
Cle = tuple[str, str, str]
"""A count, a territory (or a structure, or an intercommunal body) and a type."""
NAMES = {
    "ORIENTATIONS": "envoyees", "REPONDUES": "repondues", "ACCEPTEES": "acceptees", "EMBAUCHES": "embauches",
    "PERSONNES_ORIENTEES": "personnes_orientees", "PERSONNES_EMBAUCHEES": "personnes_embauchees",
    "EMPLOYEES": "personnes", "CONTRATS": "contrats", "ENTREES": "entrees", "SORTIES": "sorties",
    "COMPTEES": "comptees", "DYNAMIQUES": "dynamiques", "REFUSEES": "refusees", "SANS_REPONSE": "sans_reponse",
    "DUREE": "ecartees_duree", "HEURES": "ecartees_heures", "RETRAIT": "ecartees_retrait",
    "REPONDUES_30": "repondues_30", "REPONDUES_45": "repondues_45", "REPONDUES_60": "repondues_60",
    "REPONDUES_90": "repondues_90", "REPONDUES_PLUS": "repondues_plus", "NON_DOCUMENTEES": "non_documentees",
    "Emploi durable": "durables", "Emploi de transition": "transitions", "Sortie positive": "positives",
    "Autre sortie": "autres",
}  # fmt: skip
NAMES |= {code: name for code, _, name, _ in PUBLICS} | {
    motif.upper(): name for name, motif in MOTIFS.items()
}
RESTE = "refusées ou retirées"
"""What an intercommunal body leaves to compute."""
DISTINCTES = {
    "personnes",
    "personnes_orientees",
    "personnes_embauchees",
    "file_active",
    "sans_solution",
    "embauchees_delai",
}
"""Distinct persons never add up."""
EGALITES = (
    ("sorties", "comptees", "ecartees_duree", "ecartees_heures", "ecartees_retrait"),
    ("comptees", "dynamiques", "autres"),
    ("dynamiques", "durables", "transitions", "positives"),
    ("repondues", "acceptees", "refusees"),
    ("repondues", "repondues_30", "repondues_45", "repondues_60", "repondues_90", "repondues_plus"),
    ("envoyees", "acceptees", "refusees", "sans_reponse"),
    ("longue_duree", "deld", "detld"),
)


class Releve:
    """What was read: counts that are told, and those that are not."""

    def __init__(self) -> None:
        self.told: dict[Cle, int] = {}
        self.hidden: set[Cle] = set()

    def note(self, key: Cle, value: Any) -> None:
        if value in (Absence.SECRET, None, ""):
            self.hidden |= {key} if value == Absence.SECRET else set()
        elif value != Absence.SANS_OBJET:
            assert self.told.setdefault(key, int(value)) == int(value), (
                f"{key} n'a pas partout la même valeur"
            )

    def note_rate(self, up: Cle, down: Cle, value: Any) -> None:
        if value == Absence.SECRET:
            self.hidden.add(up)
        elif value not in (None, Absence.SANS_OBJET) and down in self.told:
            self.note(up, round(Decimal(value) * self.told[down]))


async def view(gateway: Gateway, path: str) -> dict[str, Any]:
    answer = await gateway.client.get(f"/api/vues/v1/{path}")
    assert answer.status_code == 200, f"{path} : {answer.text[:300]}"
    body: dict[str, Any] = answer.json()
    return body


async def file(gateway: Gateway, path: str) -> list[dict[str, str]]:
    answer = await gateway.client.get(f"{path}&format=csv&variante=donnees")
    assert answer.status_code == 200, f"{path} : {answer.text[:300]}"
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_no_small_count_is_found_by_subtraction_across_pages_files_and_api(region: Gateway) -> None:
    read = Releve()
    for kind in TYPES:
        for code in LIEUX:
            await _territory(region, read, code, kind)
        await _indicators(region, read, kind)
    for name in PLACES:
        await _structure(region, read, name)
    sums = [*_levels(read), *await _epcis(region, read)]
    secret = read.hidden - set(read.told)
    assert len(secret) > 100, "rien n'est secret : l'attaque ne prouverait rien"
    assert {key for key in read.told if 0 < read.told[key] < 5} == set(), "publiés tels quels"
    found = solve(read.told, sums)
    assert {key: found[key] for key in secret & set(found) if 0 < found[key] < 5} == {}, (
        "retrouvés par soustraction"
    )


async def _territory(region: Gateway, read: Releve, code: str, kind: str) -> None:
    place = "region-32" if code == "32" else f"departement-{code}"
    body = await view(region, f"parcours/etapes?territoire={place}&annee=2017&type={kind}")
    lines = [*body["etapes"], *body["tranches"], *body["suites"], *body["sorties"], *body["ecartees"]]
    lines += [*body["refus"], *body["publics"]]
    nature, _, _ = place.partition("-")
    lines += await file(region, f"/{nature}s/{code}?annee=2017&type={kind}&tableau=etapes")
    lines += await file(region, f"/parcours?territoire={place}&annee=2017&type={kind}&tableau=sorties")
    for line in lines:
        name = NAMES.get(line.get("code") or line["libelle"])
        if name:
            read.note((name, code, kind), line["nombre"])


async def _indicators(region: Gateway, read: Releve, kind: str) -> None:
    persons = [i for i in INDICATEURS if i.mesure.personnes]
    for indicateur in sorted(persons, key=lambda i: isinstance(i.mesure, Part)):
        body = await view(region, f"indicateurs/{indicateur.code}?annee=2017&type={kind}")
        for line in ({"code": "32", **body}, *body["departements"]):
            code = line["code"] if line is not body and line["code"] in DEPARTEMENTS else "32"
            _measure(read, indicateur.mesure, (code, kind), line["valeur"])


def _measure(read: Releve, mesure: Any, place: tuple[str, str], value: Any) -> None:
    if isinstance(mesure, Effectif):
        read.note((mesure.nom, *place), value)
    elif isinstance(mesure, Part) and not mesure.reste:
        read.note_rate((mesure.numerateur, *place), (mesure.denominateur, *place), value)


async def _structure(region: Gateway, read: Releve, name: str) -> None:
    """Read a structure in its sheet, in the catalogue and in the table of its territory."""
    kind, commune, *_ = PLACES[name]
    place = (name, kind)
    sheet = (await view(region, f"structures/{identifier(name)}?annee=2017"))["sorties"]
    read.note(("sorties", *place), sheet["total"])
    for count in ("comptees", "dynamiques"):
        read.note((count, *place), sheet[count])
    for count, value in sheet["categories"].items():
        read.note((count, *place), value)
    reasons = {
        "duree_insuffisante": "ecartees_duree",
        "heures_insuffisantes": "ecartees_heures",
        "retrait": "ecartees_retrait",
    }
    for reason, count in reasons.items():
        read.note((count, *place), sheet["exclusions"].get(reason, 0))
    read.note_rate(("dynamiques", *place), ("comptees", *place), sheet["taux_dynamique"])
    told = [i for i in INDICATEURS if i.mesure.personnes and not raison_sans_structure(i)]
    for indicateur in sorted(told, key=lambda i: isinstance(i.mesure, Part)):
        body = await view(region, f"indicateurs/{indicateur.code}?annee=2017&structure={identifier(name)}")
        _measure(read, indicateur.mesure, place, body["valeur"])
    rows = await file(region, f"/departements/{commune[:2]}?annee=2017&tableau=structures")
    (row,) = [row for row in rows if row["nom"] == f"Chantier {name}"]
    read.note(("comptees", *place), row["sorties_comptees"])
    read.note_rate(("dynamiques", *place), ("comptees", *place), row["taux_sorties_dynamiques"])


def _levels(read: Releve) -> list[list[Cle]]:
    sums: list[list[Cle]] = []
    for name in {name for name, _, _ in [*read.told, *read.hidden]}:
        if name not in DISTINCTES:
            sums += [[(name, "32", kind), *((name, code, kind) for code in DEPARTEMENTS)] for kind in TYPES]
            sums += [[(name, code, ""), (name, code, "ACI"), (name, code, "EI")] for code in LIEUX]
        for code in DEPARTEMENTS:
            for kind in ("ACI", "EI"):
                inside = [s for s, (k, commune, *_) in PLACES.items() if (k, commune[:2]) == (kind, code)]
                if inside and any((name, s, kind) in read.told | dict.fromkeys(read.hidden) for s in inside):
                    sums.append([(name, code, kind), *((name, s, kind) for s in inside)])
    places = {(code, kind) for code in LIEUX for kind in TYPES} | {
        (name, kind) for name, (kind, *_) in PLACES.items()
    }
    return sums + [[(name, *place) for name in line] for line in EGALITES for place in places]


async def _epcis(region: Gateway, read: Releve) -> list[list[Cle]]:
    """Read the diagnosis; return the sums of intercommunal bodies."""
    columns = {"orientations": "envoyees", "acceptees": "acceptees", "sans_reponse": "sans_reponse"}
    inside: dict[Cle, list[Cle]] = {}
    types: dict[Cle, list[Cle]] = {}
    for kind in TYPES:
        for row in (await view(region, f"diagnostic?annee=2017&type={kind}"))["intercommunalites"]:
            place = f"{row['departement']}/{row['code']}"
            for column, name in columns.items():
                read.note((name, place, kind), row[column])
                inside.setdefault((name, row["departement"], kind), []).append((name, place, kind))
            rest = (RESTE, place, kind)
            inside[("envoyees", place, kind)] = [
                ("acceptees", place, kind),
                ("sans_reponse", place, kind),
                rest,
            ]
            read.hidden.add(rest)
            for name in columns.values():
                if kind:
                    types.setdefault((name, place, ""), []).append((name, place, kind))
    return [[whole, *parts] for sums in (inside, types) for whole, parts in sums.items()]


async def test_two_days_of_the_past_never_tell_a_few_persons(region: Gateway) -> None:
    for code in ("PAR-10", "ORI-02", "ORI-01", "PAR-03"):
        body = await view(region, f"indicateurs/{code}?annee=2017&connu_le=2018-01-01")
        counts = [body["valeur"], *(line["valeur"] for line in body["departements"])]
        assert all(value == Absence.SECRET or value % 5 == 0 for value in counts), code
        assert any(value != Absence.SECRET and value > 0 for value in counts), code
        assert "multiple de 5" in body["secret"]
    exact = await view(region, "indicateurs/FIN-03?annee=2017&connu_le=2018-01-01")
    assert exact["valeur"] == (await view(region, "indicateurs/FIN-03?annee=2017"))["valeur"]
    for row in (await view(region, "diagnostic?annee=2017&connu_le=2018-01-01"))["intercommunalites"]:
        assert row["orientations"] == Absence.SECRET or row["orientations"] % 5 == 0
