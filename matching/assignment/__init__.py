"""Assignment: which providers serve which challenges, best as a whole and exactly so."""

from matching.assignment.solve import Assignment, assign

__all__ = ["Assignment", "assign"]
