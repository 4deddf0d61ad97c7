"""Money of the IAE: annexes financières, their payments, hours of social clauses.

Publishes ``annexe_financiere``, ``versement`` and ``marche`` facts; follows the registry in ``structures`` and the
declared hours in ``parcours``.
"""
