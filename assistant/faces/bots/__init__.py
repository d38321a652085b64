"""The chat platforms: each channel is one file of pure rules (verify, parse, render) that sends through a given HTTP client.

``contract`` says what a channel is, ``pipeline`` claims, answers and sends, ``config`` reads the bots of a home.
"""
