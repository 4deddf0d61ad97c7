"""Synthetic data set “Hauts-de-France 2017”: its generator, its import lines, and the client that loads it.

At scale 1 the totals are exactly those of the summary of the regional conference of 24 October 2017; everything
else (names, SIRET, persons, dates, hours) is invented, and looks invented.
"""
