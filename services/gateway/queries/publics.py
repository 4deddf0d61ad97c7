"""What the vault lets out counted: distinct persons by public, refusals by reason, beside the counts they are part of.

The whole is counted in the views, now or as known on a day; its parts are those of the last daily count, absent where
none was published.
"""

# ruff: noqa: S608 -- every name in a text is a constant of these modules

from collections.abc import Mapping
from types import MappingProxyType

PUBLICS: Mapping[str, str] = MappingProxyType(
    {
        "femmes": "FEMME",
        "brsa": "RSA",
        "ass": "ASS",
        "aah": "AAH",
        "handicapes": "TH",
        "longue_duree": "LONGUE_DUREE",
        "deld": "DELD",
        "detld": "DETLD",
        "jeunes": "JEUNE",
        "seniors": "SENIOR",
        "qpv": "QPV",
        "zrr": "ZRR",
        "sans_diplome": "SANS_DIPLOME",
        "niveau_inconnu": "NIVEAU_INCONNU",
        "cap_bep": "CAP_BEP",
        "autres_situations": "AUTRE_SITUATION",
        "parents_isoles": "PI",
        "sans_hebergement": "PSH_PR",
        "refugies": "REF_DA",
        "sortants_detention": "DETENTION_MJ",
        "sortants_ase": "ASE",
        "langue": "FLE",
        "mobilite": "PM",
        "inconnus": "INCONNU",
    }
)
"""Names of the counts, and the publics of the fact."""
MOTIFS: Mapping[str, str] = MappingProxyType(
    {
        f"refus_{motif}": motif
        for motif in (
            "did_not_come", "did_not_come_to_interview", "hired_elsewhere", "training", "non_eligible", "not_mobile",
            "not_interested", "lacking_skills", "incompatible", "prevent_objectives", "no_position", "duplicate",
            "other", "auto",
        )
    }
)  # fmt: skip
"""The same of reasons."""


def counted(base: str, whole: str, field: str, names: Mapping[str, str], when: str) -> str:
    """Return a statement of counts with the parts that a daily count published of one of them.

    Parameters
    ----------
    base, whole
        The statement, and the count that the parts detail.
    field, names
        Column of the view ``publics``, and what is read of it.
    when
        Condition under which the parts are of the same field as the whole.
    """
    parts = ", ".join(
        f"case when p.publics_id is not null "
        f"then least(coalesce(cast(p.{field} ->> '{code}' as int), 0), base.{whole}) end as {name}"
        for name, code in names.items()
    )
    return f"""
        with base as ({base.strip()})
        select base.*, {parts}
        from base left join publics p
          on p.annee = :annee and p.region = :region and p.departement is not distinct from base.departement
             and p.type_structure is not distinct from base.type_structure and cast(:structure as uuid) is null and {when}
    """
