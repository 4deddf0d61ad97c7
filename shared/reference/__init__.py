"""Reference data: territories, nomenclatures, public holidays, map. Files in ``data/``, readers here.

Origin, vintage and licence of each file are in ``README.md``. Readers are pure and cached: a file is read once,
on first use, and what they return is frozen. Codes are text: ``"02"`` is not ``2``.
"""
