"""What happens to the patients: the visit loop, policies, toxicity, death."""

from remission.clinic.simulate import simulate_block

__all__ = ["simulate_block"]
