"""What we measure: ``python -m eval answers|speed|robustness|structure|report``."""
