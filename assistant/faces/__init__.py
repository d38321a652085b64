"""The ways in: the terminal (cli.py) and HTTP (api/). Both stand on the facade and speak the shapes of shapes.py."""
