"""Identifiers of persons, structures and annexes: right or wrong, why, and what they decompose into.

``domaine/parcours.md`` §3.1 and §3.2, ``domaine/structures.md`` §2, §5.1 and §8.2. Any text is judged.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.parcours.domain.nir import SOURCE as SOURCE_NIR
from services.parcours.domain.nir import compacter, defaut_du_nir
from services.parcours.domain.regles import Citation
from shared.reference.nomenclatures import naf_divisions
from shared.reference.territories import departements
from shared.types import NUMERO_ANNEXE, luhn_valid, siret_valid

Partie = str | int | bool | None

_VIDE = "vide"
_FORME = "forme_invalide"
_CLE = "cle_invalide"

_NTT = re.compile(r"[12](?P<siren>[0-9]{9})(?P<suite>[0-9A-Za-z]{1,30})")
_NAF = re.compile(r"(?P<classe>[0-9]{4})(?P<lettre>[A-Za-z])")
_FRANCE_TRAVAIL = re.compile(r"[0-9]{7}[0-9A-Za-z]|[0-9]{11}")
_SUFFIXE = re.compile(r"A[0-9]M[0-9]")
_PREFIXE = re.compile(r"(ACI|AI|EITI|EI|ETTI)[0-9]{2}[A-Z0-9][0-9]{6}")
_POSTAL_CORSE = {"200": "2A", "201": "2A", "207": "2A", "202": "2B", "204": "2B", "206": "2B"}
_OUTRE_MER = ("97", "98")


@dataclass(frozen=True, slots=True)
class Jugement:
    """What is said of one identifier; ``raison`` is a stable code, None when it is valid."""

    raison: str | None = None
    parties: Mapping[str, Partie] = field(default_factory=dict)

    @property
    def valide(self) -> bool:
        """Whether the identifier is right."""
        return self.raison is None


def _nir(texte: str) -> Jugement:
    nir = compacter(texte)
    raison = defaut_du_nir(nir) if nir else _VIDE
    if raison in (_VIDE, _FORME):
        return Jugement(raison)
    mois = int(nir[3:5])
    civilite = "M" if nir[0] in "137" else "MME"
    return Jugement(
        raison,
        {
            "civilite": civilite if nir[0] in "123478" else None,
            "annee": int(nir[1:3]),
            "mois": mois if 1 <= mois <= 12 else None,
            "mois_fictif": 20 <= mois <= 42 or mois >= 50,
            "departement": _departement_de_naissance(nir),
            "affichage": " ".join((nir[0], nir[1:3], nir[3:5], nir[5:7], nir[7:10], nir[10:13], nir[13:])),
        },
    )


def _departement_de_naissance(nir: str) -> str | None:
    """Return the département of birth; None abroad (99)."""
    code = nir[5:8] if nir[5:7] in _OUTRE_MER else nir[5:7]
    return None if code == "99" else code


def _ntt(texte: str) -> Jugement:
    ntt = "".join(texte.split())
    if not ntt:
        return Jugement(_VIDE)
    form = _NTT.fullmatch(ntt)
    return Jugement(None, form.groupdict()) if form else Jugement(_FORME)


def _siren(texte: str) -> Jugement:
    if not re.fullmatch(r"[0-9]{9}", texte):
        return Jugement(_FORME if texte else _VIDE)
    parties = {"affichage": f"{texte[:3]} {texte[3:6]} {texte[6:]}"}
    return Jugement(None if luhn_valid(texte) else _CLE, parties)


def _siret(texte: str) -> Jugement:
    if not re.fullmatch(r"[0-9]{14}", texte):
        return Jugement(_FORME if texte else _VIDE)
    siren, nic = texte[:9], texte[9:]
    affichage = f"{siren[:3]} {siren[3:6]} {siren[6:]} {nic}"
    parties = {"siren": siren, "nic": nic, "affichage": affichage}
    return Jugement(None if siret_valid(texte) else _CLE, parties)


def _naf(texte: str) -> Jugement:
    form = _NAF.fullmatch(texte)
    if form is None:
        return Jugement(_FORME if texte else _VIDE)
    division = texte[:2]
    affichage = f"{division}.{texte[2:4]}{form['lettre'].upper()}"
    parties = {
        "division": division,
        "libelle_division": naf_divisions().get(division),
        "affichage": affichage,
    }
    return Jugement(None, parties)


def _numero_annexe(texte: str) -> Jugement:
    numero = texte.replace(" ", "")
    form = NUMERO_ANNEXE.fullmatch(numero)
    if form is None:
        return Jugement(_defaut_du_numero(numero))
    mesure, departement, millesime, ordre = (
        form["mesure"],
        form["departement"],
        form["millesime"],
        form["ordre"],
    )
    suffixe = numero[-4:]
    return Jugement(
        None,
        {
            "mesure": mesure,
            "departement": departement_du_numero(departement),
            "millesime": 2000 + int(millesime),
            "ordre": ordre,
            "renouvellement": int(suffixe[1]),
            "modification": int(suffixe[3]),
            "affichage": f"{mesure} {departement} {millesime} {ordre} {suffixe[:2]} {suffixe[2:]}",
        },
    )


def _defaut_du_numero(numero: str) -> str:
    if len(numero) <= 4:
        return "vide_ou_trop_court" if numero else _VIDE
    if not _SUFFIXE.fullmatch(numero[-4:]):
        return "suffixe_absent" if _PREFIXE.fullmatch(numero) else "suffixe_incorrect"
    return "prefixe_incorrect"


def departement_du_numero(code: str) -> str | None:
    """Return the département that three characters of an annexe's number tell; None when they tell none.

    A zero and two characters (051 → 51, 02A → 2A), the three of overseas (971), else the first two
    followed by the letter of a unit (59V → 59).
    """
    if code.startswith(_OUTRE_MER):
        return code
    known = departements()
    candidates = (code[1:], code[:2]) if code.startswith("0") else (code[:2],)
    return next((each for each in candidates if each in known), None)


def _identifiant_france_travail(texte: str) -> Jugement:
    if _FRANCE_TRAVAIL.fullmatch(texte):
        return Jugement(None, {"longueur": len(texte)})
    return Jugement(_FORME if texte else _VIDE)


def _code_postal(texte: str) -> Jugement:
    if not re.fullmatch(r"[0-9]{5}", texte):
        return Jugement(_FORME if texte else _VIDE)
    return Jugement(None, {"departement": departement_du_code_postal(texte)})


def departement_du_code_postal(code: str) -> str | None:
    """Return the département of a postal code of five figures, by its prefix; None where Corsica is not told."""
    if code.startswith("20"):
        return _POSTAL_CORSE.get(code[:3])
    return code[:3] if code.startswith(_OUTRE_MER) else code[:2]


JUGES: Mapping[str, tuple[Callable[[str], Jugement], Citation]] = {
    "nir": (_nir, Citation("nir", "15 caractères, mois et clé ; Corse 2A → 19, 2B → 18", SOURCE_NIR)),
    "ntt": (
        _ntt,
        Citation("ntt", "1 ou 2, un SIREN (clé non contrôlée), 1 à 30 alphanumériques", "Parcours §3.2"),
    ),
    "siret": (_siret, Citation("siret", "14 chiffres, clés justes, exception de La Poste", "Structures §2")),
    "siren": (_siren, Citation("siren", "9 chiffres, clé juste", "Structures §2")),
    "naf": (_naf, Citation("naf", "4 chiffres et une lettre", "Structures §2")),
    "numero_annexe": (
        _numero_annexe,
        Citation("numero_annexe", "Mesure, département, millésime, ordre, A et M", "Structures §5.1"),
    ),
    "identifiant_france_travail": (
        _identifiant_france_travail,
        Citation(
            "identifiant_france_travail", "7 chiffres et un alphanumérique, ou 11 chiffres", "Parcours §3.1"
        ),
    ),
    "code_postal": (
        _code_postal,
        Citation("code_postal", "5 chiffres ; département par préfixe", "Structures §2 et §8.2"),
    ),
}
"""How each kind of identifier is judged, and the rule that judges it."""


def juger(kind: str, texte: str | None) -> Jugement:
    """Return what is said of an identifier of a kind of ``JUGES``; nothing at all is an empty text."""
    judge, _ = JUGES[kind]
    return judge(texte or "")
