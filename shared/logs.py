"""Technical logs: one JSON object per line, a fixed sentence plus allowed fields, identifiers masked."""

import json
import logging
import re
import sys
from contextvars import ContextVar
from typing import Any

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

# Anything else passed in `extra` is dropped: a log must not be a way out for personal data.
ALLOWED = frozenset(
    {
        "action", "attempts", "bus", "client_id", "code", "count", "constraint", "duration_ms", "error",
        "job", "key", "nature", "offset", "partition", "position", "process", "route", "service", "source",
        "status", "topic", "type", "version", "view",
    }
)  # fmt: skip
MASKED = "[masqué]"
_SECRETS = re.compile(
    r"[12378]\s?\d{2}\s?\d{2}\s?\w{2}\s?\d{3}\s?\d{3}(?:\s?\d{2})?(?=\D|$)"  # NIR
    r"|[\w.+-]+@[\w-]+\.[\w.]+"  # e-mail address
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*",  # token
)


class JsonFormatter(logging.Formatter):
    """Render a record as one line of JSON holding allowed fields only."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the JSON line; look-alikes of NIR, e-mail addresses and tokens are masked."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if identifier := request_id.get():
            line["request_id"] = identifier
        line |= {name: value for name, value in record.__dict__.items() if name in ALLOWED}
        if record.exc_info and record.exc_info[0]:
            # The text of an exception may quote a row: its class and its place are enough.
            line["exception"] = record.exc_info[0].__name__
            line["trace"] = _places(record.exc_info[2])
        return _SECRETS.sub(MASKED, json.dumps(line, ensure_ascii=False, default=str))


def _places(trace: Any) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 3)[-1]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return places[-8:]


def configure_logs(level: int = logging.INFO) -> None:
    """Send every log of the process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # aiokafka logs each lost connection at ERROR; the relay and the consumer already say what it means.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
