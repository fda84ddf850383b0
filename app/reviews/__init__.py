"""Reviews: rubrics, reviewers, conflicts of interest, assignments, scores, rankings."""
