"""stub"""
import numpy as np
from matching.assignment.answer import *
from matching.assignment.network import *
from matching.assignment.leximin import *
from matching.errors import *
def assign(scores, *, objective="leximin", **cond):
    problem=Problem.of(scores, **cond)
    if problem.stray: raise InfeasibleAssignment("stray")
    f = best_total(problem) if objective=="total" else fairest(problem)
    if f is None: raise InfeasibleAssignment("no")
    face,bound=f
    face.first()
    ch=np.zeros(problem.n_pairs,bool)
    key=problem.i.astype(np.int64)*problem.shape[1]+problem.j
    ch[np.searchsorted(key, face.i*problem.shape[1]+face.j)]=face.chosen
    return answer_of(problem,objective,ch,bound)
