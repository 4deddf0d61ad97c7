"""Map of the départements."""

from shared.reference.carte import carte
from shared.reference.territories import departements


def test_the_map_draws_every_departement_of_the_mainland_and_corsica() -> None:
    drawn = carte().departements
    assert drawn.keys() == {d.code for d in departements().values() if d.zone == "metro"}
    assert drawn["59"].nom == "Nord"
    assert all(trace.chemin.startswith(("m", "M")) for trace in drawn.values())


def test_the_map_has_a_frame_and_names_its_author() -> None:
    assert [float(x) for x in carte().view_box.split()] == [0, 0, 613, 585]
    assert "MapSVG" in carte().mention
    assert "CC BY 4.0" in carte().mention
