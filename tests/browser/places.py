"""Every page of the demonstration, by who reads it, for pictures and for tests that read all.

What stands in braces is of the demonstration.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PLACES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "anybody": {
            "front": "/",
            "calls": "/calls",
            "call": "/calls/{call}",
            "catalogue": "/notices",
            "catalogue-search": "/notices?q=data&country=FR",
            "catalogue-nothing": "/notices?q=nothing+is+like+that",
            "published": "/notices/{challenge}",
            "ranking": "/how-the-ranking-works",
            "data": "/about-the-data",
            "accessibility": "/accessibility",
            "contact": "/contact",
            "sign-in": "/sign-in",
            "reset": "/reset",
            "not-found": "/nowhere",
            "components": "/components",
        },
        "challenge_owner": {
            "tasks": "/tasks",
            "submissions": "/submissions",
            "new": "/submissions/new?call={call}",
            "topics": "/submissions/{mine}",
            "topic-title": "/submissions/{mine}/topics/title",
            "topic-problem": "/submissions/{mine}/topics/problem",
            "topic-themes": "/submissions/{mine}/topics/themes",
            "check": "/submissions/{mine}/check",
            "withdraw": "/submissions/{mine}/steps/withdraw",
            "notice": "/submissions/{my_notice}/notice",
            "selected": "/submissions/{my_selected}",
            "accept": "/submissions/{my_selected}/steps/accept",
            "decline": "/submissions/{my_selected}/steps/decline",
            "notice-approve": "/submissions/{my_notice}/notice/steps/approve",
            "notice-changes": "/submissions/{my_notice}/notice/steps/ask-for-changes",
            "organisation": "/organisation",
            "profile": "/profile",
            "password": "/profile/password",
            "sessions": "/profile/sessions",
            "tokens": "/profile/tokens",
        },
        "solution_provider": {
            "offer": "/submissions/{offer}",
            "fitting": "/submissions/{offer}/fitting",
            "fitting-nothing": "/submissions/{silent_offer}/fitting",
        },
        "reviewer": {
            "tasks": "/tasks",
            "reviews": "/reviews",
            "review-new": "/reviews/{review_new}",
            "review": "/reviews/{review}",
            "review-closed": "/reviews/{review_closed}",
            "review-discussion": "/reviews/{review_closed}/discussion",
            "review-accept": "/reviews/{review_new}/steps/accept",
            "review-conflict": "/reviews/{review_new}/steps/declare-conflict",
            "review-submit": "/reviews/{review}/steps/submit",
        },
        "staff": {
            "tasks": "/tasks",
            "reviewing": "/programmes/{second}/reviews",
            "rubric": "/programmes/{second}/calls/{review_call}/rubric",
            "rubric-new": "/programmes/{second}/calls/{empty_call}/rubric",
            "reviewers": "/programmes/{second}/reviewers",
            "reviewer": "/programmes/{second}/reviewers/{reviewer_person}",
            "call-reviews": "/programmes/{second}/calls/{review_call}/reviews",
            "call-reviews-none": "/programmes/{second}/calls/{empty_call}/reviews",
            "review-plan": "/programmes/{second}/calls/{review_call}/reviewers",
            "review-choices": "/submissions/{reviewed}/reviewers",
            "conflicts": "/programmes/{second}/calls/{review_call}/conflicts",
            "conflict-step": "/programmes/{second}/conflicts/{conflict}/steps/dismiss",
            "review-of": "/reviews/{review_closed}",
            "review-ranking": "/programmes/{second}/calls/{review_call}/ranking?places=2",
            "cockpit": "/programmes/{programme}",
            "challenges": "/programmes/{programme}/challenges",
            "solutions": "/programmes/{programme}/solutions",
            "submission": "/submissions/{challenge}",
            "decisions": "/programmes/{second}/decisions",
            "call-decisions": (
                "/programmes/{second}/calls/{second_call}/decisions?drafted={decision_draft}"
            ),
            "call-decisions-none": (
                "/programmes/{second}/calls/{ready_call}/decisions?show=released"
            ),
            "draft-many": (
                "/programmes/{second}/calls/{second_call}/decisions/draft"
                "?outcome=not_selected&code={undecided}&code={decision_draft}"
            ),
            "decision-new": "/submissions/{undecided}/decision",
            "decision-draft": "/submissions/{decision_draft}/decision",
            "decision-ready": "/submissions/{decision_ready}/decision",
            "decision-released": "/submissions/{reserve}/decision",
            "decision-approve": "/submissions/{decision_ready}/decision/steps/approve",
            "decision-send-back": "/submissions/{decision_ready}/decision/steps/send-back",
            "release-missing": "/programmes/{second}/calls/{second_call}/release",
            "release": "/programmes/{second}/calls/{ready_call}/release",
            "call-letters": "/programmes/{second}/calls/{ready_call}/letters",
            "call-letter": "/programmes/{second}/calls/{ready_call}/letters/selected/fr",
            "notices": "/programmes/{programme}/notices",
            "notices-second": "/programmes/{second}/notices",
            "notice-draft": "/submissions/{draft_notice}/notice",
            "notice-write": "/submissions/{draft_notice}/notice/write",
            "notice-propose": "/submissions/{draft_notice}/notice/steps/propose",
            "notice-published": "/submissions/{challenge}/notice",
            "notice-withdraw": "/submissions/{challenge}/notice/steps/withdraw",
            "without-notice": "/submissions/{without_notice}",
            "submission-in-list": "/submissions/{challenge}?of=challenges&sort=-title",
            "step": "/submissions/{challenge}/steps/return",
            "similar": "/submissions/{challenge}/similar",
            "side-by-side": "/submissions/{challenge}/similar/{copy}",
            "similar-pairs": "/programmes/{programme}/similar",
            "runs": "/programmes/{programme}/runs",
            "programme-calls": "/programmes/{programme}/calls",
            "new-call": "/programmes/{programme}/new-call?like={call}",
            "programme-call": "/programmes/{programme}/calls/{call}",
            "call-preview": "/programmes/{programme}/calls/{call}/preview",
            "programme-settings": "/programmes/{programme}/settings",
            "new-programme": "/new-programme",
            "programme-call-change": "/programmes/{programme}/calls/{call}/change",
            "programme-call-closing": "/programmes/{programme}/calls/{call}/closing",
            "programme-call-late": "/programmes/{programme}/calls/{call}/late",
            "programme-call-cancel": "/programmes/{programme}/calls/{call}/steps/cancel",
            "import": "/programmes/{programme}/calls/{call}/import",
            "people": "/people",
            "new-organisation": "/people/new-organisation",
            "invite": "/people/invite",
            "letters": "/letters",
            "audit": "/audit",
            "heat-map": "/programmes/{programme}/runs/{run}",
            "board": "/programmes/{programme}/runs/{run}/board",
            "move": (
                "/programmes/{programme}/runs/{run}/move?solution={solution}&target={challenge}"
            ),
            "what-if": "/programmes/{programme}/runs/{run}/what-if?objective=total",
            "figures": "/programmes/{programme}/runs/{run}/figures",
            "fairness": (
                "/programmes/{programme}/runs/{run}/fairness?objective=maxmin&text_weight=0.2"
            ),
            "regrets": "/programmes/{programme}/runs/{run}/regrets",
            "compare": "/programmes/{programme}/compare",
            "many-steps": (
                "/programmes/{programme}/steps/challenge?step=return&code={challenge}"
            ),
            "bench": "/programmes/{programme}/runs/{run}/bench",
            "cost": (
                "/programmes/{programme}/runs/{run}/cost"
                "?challenge={challenge}&solution={solution}"
            ),
        },
        "administrator": {
            "people": "/people",
            "users": "/people/users",
            "organisation": "/people/organisations/{organisation}",
            "user": "/people/{person}",
            "verification": "/audit/verification",
            "user-step": "/people/{person}/steps/deactivate",
            "invite": "/people/invite",
        },
    }
)
