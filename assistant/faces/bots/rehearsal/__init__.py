"""Chat platforms of our own on this machine, for trying a bot without a tenant and for tests: they record, limit and misbehave."""
