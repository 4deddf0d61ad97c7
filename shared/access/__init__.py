"""Who is calling, what they may do and on whom: scopes, perimeters, tokens, rights and their trace.

``rights`` is the one pure module that decides; everything else carries a caller to it (``tokens``, ``edge``,
``service_tokens``) or keeps what it decided (``audit``).
"""
