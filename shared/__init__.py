"""What the services share by contract or by mechanism; no rule of one service lives here."""
