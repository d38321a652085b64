"""Cases against schemes: what is met, unmet or unclear, and the preliminary outcome that follows. Plain code decides."""
