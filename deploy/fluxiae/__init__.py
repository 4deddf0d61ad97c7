"""Extractions « fluxIAE » of the ASP: one tolerant reader, several destinations, nothing dropped in silence.

``archive`` opens what a file really is, ``reader`` cuts it into records, ``records`` reads what the records say,
``registre`` turns them into lines for the registry, ``run`` sends the lines and prints the report. Another
service takes its part of the same records by another module beside ``registre``.
"""
