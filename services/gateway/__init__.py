"""The gateway: views of the whole, pages, one public API, and its own access.

It owns no fact of the field: ``projections`` turns the events of the three services into the tables of the
schema ``vues``, ``queries`` reads them, ``routes`` and ``pages`` show them, ``forward`` sends writes to the
service that owns them.
"""
