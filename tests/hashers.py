from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """The same algorithm at its lowest cost: signing in takes 1 ms instead of 50."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
