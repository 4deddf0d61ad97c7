"""Clients of the platform and the tokens they are given.

A minimal token server: client credentials only. An external provider takes its place by its issuer and its keys.
"""
