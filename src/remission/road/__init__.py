"""The time gained: who reaches a molecule that comes later, and what it adds to the same patients' lives."""
