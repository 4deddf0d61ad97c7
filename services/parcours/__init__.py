"""Pathways of persons: the vault of identities, candidatures, agréments, contracts, monthly declarations, exits.

Publishes facts where a person is a random identifier; follows the registry of ``structures`` and the annexes of
``funding`` in local reading tables.
"""
