"""The pages of the gateway: pure rendering of plain dataclasses into HTML, SVG and files.

Nothing here reads a database, a clock or a request: routes fill the dataclasses of ``models`` and call
``rendering`` or ``exports``.
"""
