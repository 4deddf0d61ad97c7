from services.funding.tables import metadata
from shared.migrations import run_environment

run_environment(metadata)
