"""Searches: what varies, how it is sampled, and how much may be spent."""
