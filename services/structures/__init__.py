"""Registry of the SIAE: structures, conventions, fiches de poste, organisations that send people, instances.

Keeps the registry as it was on any day. Publishes what it owns (``shared.contracts.structures``); follows the
state of annexes in ``funding``.
"""
