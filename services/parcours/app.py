"""The HTTP process: ``python -m services.parcours.app``."""

from services.parcours.service import SERVICE
from shared.service import create_service_app, serve
from shared.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    serve(create_service_app(SERVICE, settings), settings)
