from matching.assignment.answer import *
from matching.assignment.solve import *
from matching.assignment.mixed import NoAnswer
from matching.errors import *
def assign(scores, *, objective="leximin", **cond):
    problem=Problem.of(scores, **cond)
    try: ch,bound=solve(problem,objective)
    except NoAnswer: raise InfeasibleAssignment("no")
    return answer_of(problem,objective,ch,bound)
