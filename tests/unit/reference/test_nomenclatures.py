"""Closed lists: what a code means, and what no source says."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from shared.reference import nomenclatures as n
from shared.reference.files import DATA, UnknownCode


def test_types_of_structure_leave_unknown_what_no_source_gives() -> None:
    assert n.type_structure("EI").heures_par_etp == 1505
    assert n.type_structure("ETTI").heures_par_etp is None
    assert n.type_structure("ACI").conventionnable is True
    assert n.type_structure("AUTRE").conventionnable is None


def test_types_of_prescripteur_say_which_ones_reveal_something_of_the_person() -> None:
    assert not n.type_prescripteur("FT").sensible
    assert n.type_prescripteur("SPIP").sensible
    assert len(n.types_prescripteur()) == 36


def test_exit_reasons_are_dynamic_in_the_first_three_categories_only() -> None:
    assert n.motif_sortie("CDI", date(2017, 6, 30)).categorie == "DURABLE"
    dynamic = {m.categorie: m.dynamique for m in n.motifs_sortie().values()}
    assert dynamic == {
        "DURABLE": True,
        "TRANSITION": True,
        "POSITIVE": True,
        "AUTRE": False,
        "RETRAIT": False,
    }
    assert all(m.dynamique == dynamic[m.categorie] for m in n.motifs_sortie().values())


def test_an_exit_reason_is_classed_by_one_row_at_most_on_each_day() -> None:
    assert n.motif_sortie("CDI", date(2008, 12, 10))
    with pytest.raises(UnknownCode):
        n.motif_sortie("CDI", date(2008, 12, 9))
    rows = sorted(n.classements_sortie(), key=lambda motif: (motif.code, motif.depuis))
    for one, then in pairwise(rows):
        assert one.code != then.code or (one.jusqu_a is not None and one.jusqu_a < then.depuis)


def test_a_reason_classed_otherwise_from_a_day_on_keeps_its_past(monkeypatch: pytest.MonkeyPatch) -> None:
    before = replace(n.motifs_sortie()["RETRAITE"], jusqu_a=date(2023, 12, 31))
    after = replace(before, categorie="AUTRE", dynamique=False, depuis=date(2024, 1, 1), jusqu_a=None)
    monkeypatch.setattr(n, "classements_sortie", lambda: (after, before))
    assert n.motif_sortie("RETRAITE", date(2023, 12, 31)) == before
    assert n.motif_sortie("RETRAITE", date(2024, 1, 1)) == after
    assert n.motifs_sortie.__wrapped__() == {"RETRAITE": after}


def test_criteria_have_two_levels() -> None:
    assert n.critere_eligibilite("RSA").niveau == 1
    assert {c.niveau for c in n.criteres_eligibilite().values()} == {1, 2}


def test_naf_divisions_keep_their_zero() -> None:
    assert len(n.naf_divisions()) == 88
    assert "01" in n.naf_divisions()


def test_each_year_has_eleven_holidays() -> None:
    assert n.jours_feries()[date(2017, 7, 14)]
    assert Counter(d.year for d in n.jours_feries()) == dict.fromkeys(range(2015, 2036), 11)


def test_the_bareme_is_decimal_and_dated() -> None:
    bareme = n.bareme_aide_poste(2017, "ACI")
    assert bareme
    assert (bareme.montant_socle, bareme.dont_accompagnement) == (Decimal(19655), Decimal(995))
    assert bareme.part_modulee_max == Decimal("0.1")
    assert n.bareme_aide_poste(2018, "ACI") != bareme
    assert n.bareme_aide_poste(2016, "ACI") is None
    assert n.bareme_aide_poste(2017, "AUTRE") is None


def test_an_unknown_code_is_refused() -> None:
    for lookup in (n.type_structure, n.type_prescripteur, n.critere_eligibilite):
        with pytest.raises(UnknownCode, match="INEXISTANT"):
            lookup("INEXISTANT")
    with pytest.raises(UnknownCode, match="INEXISTANT"):
        n.motif_sortie("INEXISTANT", date(2017, 6, 30))


def test_every_file_has_its_origin_in_the_readme() -> None:
    readme = (DATA.parent / "README.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in readme for path in DATA.iterdir())
