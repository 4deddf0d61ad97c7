"""Malformed input told in French: each fault with its path, its code and how to correct it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

Fault = dict[str, str]

# pydantic's code -> (our code, sentence, how to correct)
SENTENCES: Mapping[str, tuple[str, str, str]] = {
    "missing": ("champ_manquant", "Ce champ est obligatoire.", "Ajoutez-le."),
    "extra_forbidden": ("champ_inconnu", "Ce champ n'existe pas.", "Retirez-le ou vérifiez son nom."),
    "json_invalid": ("json_invalide", "Le texte n'est pas du JSON.", "Vérifiez guillemets, virgules et accolades."),
    "string_type": ("type_invalide", "Un texte est attendu.", "Mettez la valeur entre guillemets."),
    "string_too_short": ("texte_trop_court", "Ce texte est vide ou trop court.", "Complétez-le."),
    "string_too_long": ("texte_trop_long", "Ce texte est trop long.", "Raccourcissez-le."),
    "string_pattern_mismatch": ("forme_invalide", "Ce code n'a pas la forme attendue.", "Voyez le format dans la documentation."),
    "int_type": ("type_invalide", "Un nombre entier est attendu.", "Écrivez le nombre sans guillemets."),
    "int_parsing": ("type_invalide", "Un nombre entier est attendu.", "Écrivez seulement des chiffres."),
    "bool_type": ("type_invalide", "true ou false est attendu.", "Écrivez true ou false."),
    "date_from_datetime_parsing": ("date_invalide", "Cette date n'existe pas.", "Écrivez AAAA-MM-JJ."),
    "date_parsing": ("date_invalide", "Cette date n'existe pas.", "Écrivez AAAA-MM-JJ."),
    "date_type": ("date_invalide", "Une date est attendue.", "Écrivez AAAA-MM-JJ."),
    "uuid_parsing": ("identifiant_invalide", "Cet identifiant n'est pas un UUID.", "Reprenez celui que la plateforme a donné."),
    "uuid_type": ("identifiant_invalide", "Cet identifiant n'est pas un UUID.", "Reprenez celui que la plateforme a donné."),
    "literal_error": ("valeur_inconnue", "Cette valeur n'est pas dans la liste.", "Choisissez une valeur de la documentation."),
    "enum": ("valeur_inconnue", "Cette valeur n'est pas dans la liste.", "Choisissez une valeur de la documentation."),
    "greater_than_equal": ("valeur_hors_bornes", "Cette valeur est trop petite.", "Vérifiez la quantité."),
    "greater_than": ("valeur_hors_bornes", "Cette valeur est trop petite.", "Vérifiez la quantité."),
    "less_than_equal": ("valeur_hors_bornes", "Cette valeur est trop grande.", "Vérifiez la quantité."),
    "decimal_max_places": ("trop_de_decimales", "Cette quantité a trop de décimales.", "Arrondissez-la."),
    "too_long": ("liste_trop_longue", "Cette liste est trop longue.", "Découpez-la."),
    "too_short": ("liste_vide", "Cette liste est vide.", "Ajoutez au moins un élément."),
    "list_type": ("type_invalide", "Une liste est attendue.", "Écrivez [ … ]."),
    "model_type": ("type_invalide", "Un objet est attendu.", "Écrivez { … }."),
    "dict_type": ("type_invalide", "Un objet est attendu.", "Écrivez { … }."),
    "model_attributes_type": ("type_invalide", "Un objet est attendu.", "Écrivez { … }."),
}  # fmt: skip
DEFAULT = ("valeur_invalide", "Cette valeur n'est pas acceptée.", "Voyez le format dans la documentation.")
# Codes of the types of shared.types: their message is already ours.
OWN = {
    "siret_invalide", "mois_invalide", "date_invalide", "decimal_invalide", "numero_annexe_invalide", "mois_en_double",
    "mois_melanges", "scores_ou_taux",
}  # fmt: skip


class Input(BaseModel):
    """Base of everything a caller sends: strict types, unknown fields refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def faults(errors: Iterable[Mapping[str, Any]], *, skip: Sequence[str] = ()) -> list[Fault]:
    """Return every fault of a malformed input, all at once; the faulty values are never quoted.

    ``skip`` are leading words of a path that mean nothing to the caller, such as ``body``.
    """
    told = []
    for error in errors:
        path = list(error["loc"])
        while path and path[0] in skip:
            path.pop(0)
        kind = error["type"]
        if kind in OWN:
            code, sentence, remedy = kind, str(error["msg"]), "Corrigez la valeur puis renvoyez."
        else:
            code, sentence, remedy = SENTENCES.get(kind, DEFAULT)
        told.append(
            {"champ": ".".join(map(str, path)), "code": code, "detail": sentence, "correction": remedy}
        )
    return told
