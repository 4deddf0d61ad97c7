"""Registry of the SIAE: structures, conventions with the State, files examined by the CDIAE.

Publishes ``structure``, ``convention`` and ``dossier`` facts; follows the state of annexes in ``funding``.
"""
