from services.gateway.tables import SCHEMA, metadata, vues
from shared.migrations import run_environment

run_environment([metadata, vues], schemas=[SCHEMA])
