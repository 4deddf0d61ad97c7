"""One OpenAPI document for the whole: ours and those of the services, under the addresses of the gateway."""

import asyncio
import logging
import time
from typing import Any

import httpx
from fastapi import FastAPI

from shared.contracts.topics import SERVICES

log = logging.getLogger(__name__)

KEPT_S = 300
INTERNAL = ("/v1/journal", "/sante", "/openapi.json")


class MergedOpenApi:
    """Merges the documents; the last known part of a silent service is kept."""

    def __init__(self, app: FastAPI, urls: dict[str, str], http: httpx.AsyncClient) -> None:
        self._app = app
        self._urls = urls
        self._http = http
        self._parts: dict[str, dict[str, Any]] = {}
        self._asked_s = -float(KEPT_S)

    async def document(self) -> dict[str, Any]:
        """Return the merged document."""
        if time.monotonic() - self._asked_s > KEPT_S or len(self._parts) < len(SERVICES):
            parts = await asyncio.gather(*(self._ask(name) for name in SERVICES))
            self._parts |= {name: part for name, part in zip(SERVICES, parts, strict=True) if part}
            self._asked_s = time.monotonic()
        merged = {**self._app.openapi()}
        merged["paths"] = dict(merged["paths"])
        components = {kind: dict(items) for kind, items in merged.get("components", {}).items()}
        for name, part in self._parts.items():
            merged["paths"] |= {
                f"/api/{name}{path}": item
                for path, item in part["paths"].items()
                if not path.startswith(INTERNAL)
            }
            for kind, items in part.get("components", {}).items():
                components.setdefault(kind, {}).update(items)
        merged["components"] = components
        return merged

    async def _ask(self, name: str) -> dict[str, Any] | None:
        try:
            answer = await self._http.get(f"{self._urls[name]}/openapi.json", timeout=10.0)
            answer.raise_for_status()
            part: dict[str, Any] = _renamed(answer.json(), name.capitalize())
        except (httpx.HTTPError, ValueError):
            log.warning("no OpenAPI document", extra={"service": name})
            return None
        return part


def _renamed(node: Any, prefix: str) -> Any:
    """Return a document whose component names start with a prefix: two services may name two things alike."""
    if isinstance(node, dict):
        out: dict[str, Any] = {}
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                head, _, name = value.rpartition("/")
                out[key] = f"{head}/{prefix}{name}"
            elif key == "schemas" and isinstance(value, dict):
                out[key] = {f"{prefix}{name}": _renamed(item, prefix) for name, item in value.items()}
            else:
                out[key] = _renamed(value, prefix)
        return out
    return [_renamed(item, prefix) for item in node] if isinstance(node, list) else node
