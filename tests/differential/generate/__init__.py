"""Seeded random requests: `episode(chance, number)` is a list of steps that needs nothing but a fresh database."""
from .episode import episode

__all__ = ["episode"]
