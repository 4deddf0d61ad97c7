"""From events to views: one module per source, one function per kind of fact, over all those of a batch."""

from shared.messaging.consumer import Projections

VIEW = "gateway"
projections = Projections(VIEW)
