"""Instances of governance, their séances and what each may examine, as data and pure rules.

Members are organisations, never persons. What the texts do not fix in a form held here (quorum, delay of the
convocation) is a parameter of the instance, given with its source by whoever creates it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from services.structures.domain.gouvernance_errors import (
    ActeInterdit,
    DelaiConvocation,
    DossiersSansAvis,
    EtpSansObjet,
    MontantAccordeSuperieur,
    ObjetHorsCompetence,
    OrdreDuJourArrete,
    OrganisationEnDouble,
    OrganisationNonMembre,
    QuorumImpossible,
    QuorumNonAtteint,
    SeanceAVenir,
    SituationInconnue,
    SituationsSansSuite,
    TerritoireInconnu,
    TexteInterdit,
)
from shared.reference.territories import departements, departements_of_region, regions

DEPARTEMENT, REGION = "DEPARTEMENT", "REGION"
MAILLES = (DEPARTEMENT, REGION)


@dataclass(frozen=True, slots=True)
class Competence:
    """What a kind of instance examines.

    ``objets`` are those of the files on which it gives an opinion; ``situations`` tells whether it looks at
    situations, which are a number and counts.
    """

    mailles: tuple[str, ...]
    objets: tuple[str, ...]
    situations: bool
    source: str


FDI = "FDI"
OBJETS = ("CREATION", "RENOUVELLEMENT", "EXTENSION", "CONVENTION", "ANNEXE", FDI)
S17 = "IAE en Hauts-de-France, état des lieux et perspectives, 2017"
INSTANCES: Mapping[str, Competence] = MappingProxyType(
    {
        "CDIAE": Competence((DEPARTEMENT,), OBJETS, False, "CT R5112-15, R5132-45 à R5132-47"),
        "CTA": Competence((DEPARTEMENT,), (), True, "circulaire DGEFP/DGAS 2003-24"),
        "CAR_IAE": Competence((REGION,), (), False, S17),
        "CONFERENCE_FINANCEURS": Competence((REGION, DEPARTEMENT), (), False, S17),
    }
)
"""Kinds of instance (``domaine/structures.md`` §9)."""

CONVOQUEE, OUVERTE, CLOSE, ANNULEE = "CONVOQUEE", "OUVERTE", "CLOSE", "ANNULEE"
ETATS_SEANCE = (CONVOQUEE, OUVERTE, CLOSE, ANNULEE)
TRANSITIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"ouvrir": (CONVOQUEE, OUVERTE), "clore": (OUVERTE, CLOSE), "annuler": (CONVOQUEE, ANNULEE)}
)
"""Act -> the state it starts from, the state it ends in."""


PIECES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"ouvrir": ("presents",), "clore": ("conclusions", "suites"), "annuler": ("motif_annulation",)}
)
"""Act -> what may come with it."""


def verifier_pieces(acte: str, fournies: Iterable[str]) -> None:
    """Return if nothing comes with an act that it would leave aside.

    Raises
    ------
    ActeInterdit
    """
    for champ in fournies:
        if champ not in PIECES[acte]:
            raise ActeInterdit(
                f"« {champ} » n'accompagne pas « {acte} ».",
                champ=champ,
                correction=f"Avec « {acte} », envoyez seulement : {', '.join(PIECES[acte])}.",
            )


def etat_apres(etat: str, acte: str) -> str:
    """Return the state of a séance after an act.

    Raises
    ------
    ActeInterdit
        The act does not start from this state.
    """
    depuis, vers = TRANSITIONS[acte]
    if etat != depuis:
        raise ActeInterdit(
            f"Une séance à l'état « {etat} » n'admet pas « {acte} ».",
            champ="acte",
            correction="Relisez l'état de la séance.",
        )
    return vers


def couverture(maille: str, territoire: str) -> tuple[str, ...]:
    """Return the départements of a territory; none when it does not exist."""
    if maille == REGION and territoire in regions():
        return departements_of_region(territoire)
    return (territoire,) if maille == DEPARTEMENT and territoire in departements() else ()


def departements_de(nature: str, maille: str, territoire: str) -> tuple[str, ...]:
    """Return the départements that an instance covers.

    Raises
    ------
    TerritoireInconnu
        No such territory, or this kind of instance does not sit at that level.
    """
    competence = INSTANCES[nature]
    covered = couverture(maille, territoire) if maille in competence.mailles else ()
    if covered:
        return covered
    raise TerritoireInconnu(
        "Ce territoire n'existe pas, ou cette instance n'y siège pas.",
        champ="territoire",
        correction=f"Maille admise : {', '.join(competence.mailles)}.",
        source=competence.source,
    )


def verifier_composition(voix: Mapping[str, bool], organisations: Sequence[str], quorum: int) -> None:
    """Return if a composition can ever reach its quorum.

    Parameters
    ----------
    voix
        Whether each organisation votes.
    organisations
        The same, as given, where one may come twice.
    quorum
        Votes that must be there.

    Raises
    ------
    OrganisationEnDouble, QuorumImpossible
    """
    twice = [code for code, count in Counter(organisations).items() if count > 1]
    if twice:
        raise OrganisationEnDouble(f"« {twice[0]} » est nommée deux fois.", champ="membres")
    if quorum > sum(voix.values()):
        raise QuorumImpossible(
            f"Le quorum est de {quorum} voix et l'instance en a {sum(voix.values())}.", champ="quorum"
        )


def voix_presentes(voix: Mapping[str, bool], presents: Collection[str]) -> int:
    """Return how many of the organisations that are there vote; each counts once.

    Raises
    ------
    OrganisationNonMembre
        One of them is no member.
    """
    for code in presents:
        if code not in voix:
            raise OrganisationNonMembre(
                f"« {code} » n'est pas membre de l'instance.",
                champ="presents",
                correction="Reprenez les codes de la composition.",
            )
    return sum(voix[code] for code in set(presents))


def verifier_convocation(convoquee_le: date, date_seance: date, delai_jours: int) -> None:
    """Return if a convocation leaves at least ``delai_jours`` between its day and that of the séance.

    Raises
    ------
    DelaiConvocation
    """
    if (date_seance - convoquee_le).days < delai_jours:
        raise DelaiConvocation(
            f"La convocation doit partir {delai_jours} jours au moins avant la séance.",
            champ="date_seance",
            correction=f"Choisissez une date à partir du {convoquee_le + timedelta(delai_jours):%d/%m/%Y}.",
        )


def verifier_inscription(etat: str, inscrit_le: date, date_seance: date, delai_jours: int) -> None:
    """Return if the agenda still takes a file: it is sent with the convocation, in the same delay.

    Raises
    ------
    OrdreDuJourArrete
    """
    if etat != CONVOQUEE or (date_seance - inscrit_le).days < delai_jours:
        raise OrdreDuJourArrete(
            "L'ordre du jour de cette séance est arrêté.",
            champ="seance",
            correction="Inscrivez le dossier à une séance suivante.",
        )


def verifier_demande(nature: str, objet: str, etp: Decimal, montant: Decimal | None) -> None:
    """Return if this instance examines such a request, made in ETP, or in euros for the FDI.

    Raises
    ------
    ObjetHorsCompetence, EtpSansObjet
    """
    competence = INSTANCES[nature]
    if objet not in competence.objets:
        raise ObjetHorsCompetence(
            f"L'instance {nature} ne rend pas d'avis sur un dossier.",
            champ="seance",
            source=competence.source,
        )
    if (objet == FDI) != (montant is not None) or (objet == FDI and etp):
        raise EtpSansObjet(
            "Une demande au FDI porte un montant et pas d'ETP ; les autres, des ETP et pas de montant.",
            champ="montant_demande",
        )


def verifier_ressort(nature: str, departement: str, departements: Collection[str]) -> None:
    """Return if an instance sits for the département of a structure.

    Raises
    ------
    ObjetHorsCompetence
    """
    if departement not in departements:
        raise ObjetHorsCompetence(
            f"La structure est dans le département {departement}, pour lequel cette instance ne siège pas.",
            champ="siret",
            correction="Inscrivez le dossier à une séance de l'instance de son département.",
            source=INSTANCES[nature].source,
        )


def verifier_textes(nature: str, champ: str, textes: Sequence[str]) -> None:
    """Return if an instance may write texts: where situations are looked at, a text could name a person.

    Raises
    ------
    TexteInterdit
    """
    if textes and INSTANCES[nature].situations:
        raise TexteInterdit(
            "Un CTA n'écrit que des numéros, des comptes et des codes.",
            champ=champ,
            correction="Retirez le texte ; dites la suite de chaque situation par son code.",
            source=INSTANCES[nature].source,
        )


def verifier_ouverture(jour: date, date_seance: date) -> None:
    """Return if the day of the séance has come.

    Raises
    ------
    SeanceAVenir
    """
    if jour < date_seance:
        raise SeanceAVenir("La séance ne s'ouvre pas avant son jour.", champ="acte")


def verifier_avis(etat: str, *, quorum_atteint: bool | None) -> None:
    """Return if a séance can give an opinion now: open, with its quorum.

    Raises
    ------
    ActeInterdit, QuorumNonAtteint
    """
    if etat != OUVERTE:
        raise ActeInterdit(
            f"Une séance à l'état « {etat} » ne rend pas d'avis.",
            champ="dossier",
            correction="Ouvrez la séance d'abord.",
        )
    if not quorum_atteint:
        raise QuorumNonAtteint(
            "Le quorum n'est pas atteint : la séance ne peut pas rendre d'avis.",
            champ="dossier",
            correction="Convoquez une autre séance et inscrivez-y le dossier.",
        )


def verifier_montant(accorde: Decimal | None, demande: Decimal | None) -> None:
    """Return if an amount is granted where one was asked, and not more.

    Raises
    ------
    EtpSansObjet, MontantAccordeSuperieur
    """
    if (accorde is None) != (demande is None):
        raise EtpSansObjet(
            "Un montant s'accorde sur une demande au FDI, et sur elle seule.", champ="montant_accorde"
        )
    if accorde is not None and demande is not None and accorde > demande:
        raise MontantAccordeSuperieur(
            "Le montant accordé dépasse le montant demandé.", champ="montant_accorde"
        )


def verifier_cloture(
    situations: Sequence[Mapping[str, Any]],
    suites: Mapping[str, str],
    sans_avis: int,
    *,
    quorum_atteint: bool,
) -> None:
    """Return if all that was on the agenda is settled; without the quorum, files wait for another séance.

    Raises
    ------
    DossiersSansAvis, SituationInconnue, SituationsSansSuite
    """
    if quorum_atteint and sans_avis:
        raise DossiersSansAvis(
            f"{sans_avis} dossiers de l'ordre du jour n'ont pas d'avis.",
            correction="Rendez un avis, fût-il d'ajournement, sur chacun.",
        )
    numeros = {situation["numero"] for situation in situations}
    if set(suites) - numeros:
        raise SituationInconnue("Une suite porte sur un numéro absent de l'ordre du jour.", champ="suites")
    if numeros - set(suites):
        raise SituationsSansSuite(
            f"{len(numeros - set(suites))} situations n'ont pas de suite.", champ="suites"
        )
