"""The services: three that own facts (structures, parcours, funding) and the gateway that shows them together."""
