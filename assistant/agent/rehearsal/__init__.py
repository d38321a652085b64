"""Models that are none, for rehearsing without one: a scripted chat model and a server with faults by model name."""
