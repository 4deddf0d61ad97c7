"""Clients of the platform and the tokens they are given; agents, and the sessions of their browsers.

A minimal token server: client credentials only. An external provider takes its place by its issuer and its keys.
Agents sign in at an OpenID Connect provider; in demonstration mode only, the demonstration clients sign in here.
"""
