from matching.assignment.answer import Assignment
from matching.assignment.assigning import assign
