import socket

import pytest

from deploy.local.errors import StartRefused
from deploy.local.ports import HOST, free_port, require_free


def test_a_taken_port_is_refused_with_its_number_its_use_and_the_way_out() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartRefused) as refusal:
            require_free({"gateway": free_port(), "parcours": port})
    assert f"Le port {port} (parcours) est déjà pris" in str(refusal.value)
    assert "IAE_PORT=" in str(refusal.value)


def test_a_port_taken_on_every_address_is_refused_too() -> None:
    with socket.create_server(("", 0)) as taken, pytest.raises(StartRefused):
        require_free({"gateway": taken.getsockname()[1]})


def test_free_ports_pass() -> None:
    require_free({"gateway": free_port(), "structures": free_port()})


def test_a_port_whose_last_connection_is_closing_is_free() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((HOST, port)) as client:
            accepted, _ = server.accept()
            accepted.close()
            client.recv(1)
    require_free({"gateway": port})
