"""What services say to each other: plain models, no input or output.

One class per published fact, grouped by the service that owns it. ``registry`` finds a class by its type;
``export`` writes the JSON Schemas committed under ``schemas/`` and refuses an incompatible change.
"""
