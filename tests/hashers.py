"""How tests keep passwords."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2PasswordHasher(Argon2PasswordHasher):
    """What production takes, at the least cost: tests ask who gets in, not how slow guessing is."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
