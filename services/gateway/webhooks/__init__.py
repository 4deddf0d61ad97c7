"""Webhooks of partners: who wants which facts (``abonnements``), reading them (``flow``), sending them (``courier``)."""
