"""The room of the language model: the connection to it, its tools, and the answers it may phrase."""
