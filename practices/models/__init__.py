"""Practices, and questions about them."""

from practices.models.practice import Practice
from practices.models.question import PracticeQuestion

__all__ = ["Practice", "PracticeQuestion"]
