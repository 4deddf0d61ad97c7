"""Imports: a file becomes a job, its lines are written by the same commands as single writes.

``upload`` cuts the body into parts kept in the database, so that an accepted file survives any crash;
``runner`` writes the parts, resuming where a dead process stopped; ``routes`` is the HTTP side.
"""
