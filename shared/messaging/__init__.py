"""The bus: journal, sequencer, relay, HTTP feed, consumer. The only package that imports aiokafka.

A fact is written in the journal of its service in the business transaction (``journal``); the ``sequencer``
gives it a position after the commit; the ``relay`` publishes positions in order on Kafka; ``feed`` serves
the same journal over HTTP; ``source`` reads either; ``consumer`` applies batches to a view, exactly once.
"""
