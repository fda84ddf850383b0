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
            "asked": "/submissions/{asked}",
            "asked-choice": "/submissions/{asked}/topics/scale",
            "asked-choices": "/submissions/{asked}/topics/tools",
            "asked-number": "/submissions/{asked}/topics/cities",
            "asked-country": "/submissions/{asked}/topics/partner",
            "asked-text": "/submissions/{asked}/topics/story",
            "asked-check": "/submissions/{asked}/check",
            "asked-call": "/calls/{asking_call}",
            "asked-new": "/submissions/new?call={asking_call}",
            "asked-anew": "/submissions/{anew}",
            "withdraw": "/submissions/{mine}/steps/withdraw",
            "notice": "/submissions/{my_notice}/notice",
            "selected": "/submissions/{my_selected}",
            "accept": "/submissions/{my_selected}/steps/accept",
            "decline": "/submissions/{my_selected}/steps/decline",
            "notice-approve": "/submissions/{my_notice}/notice/steps/approve",
            "notice-changes": "/submissions/{my_notice}/notice/steps/ask-for-changes",
            "matches": "/matches",
            "match-offered": "/matches/{match_offered}",
            "match-confirmed": "/matches/{match_confirmed}",
            "match-accept": "/matches/{match_offered}/steps/accept",
            "match-decline": "/matches/{match_offered}/steps/decline",
            "withdraw-matched": "/submissions/{round_challenge}/steps/withdraw",
            "organisation": "/organisation",
            "profile": "/profile",
            "password": "/profile/password",
            "sessions": "/profile/sessions",
            "tokens": "/profile/tokens",
            "letter-choices": "/profile/letters",
        },
        "solution_provider": {
            "offer": "/submissions/{offer}",
            "fitting": "/submissions/{offer}/fitting",
            "fitting-nothing": "/submissions/{silent_offer}/fitting",
        },
        "staff": {
            "tasks": "/tasks",
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
            "call-letter-staff": "/programmes/{second}/calls/{ready_call}/letters/returned/fr",
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
            "next-edition": "/programmes/{second}/next-edition",
            "call-form": "/programmes/{second}/calls/{asking_call}/form",
            "call-form-prepared": "/programmes/{second}/calls/{anew_call}/form",
            "call-question": "/programmes/{second}/calls/{asking_call}/form/questions/cities",
            "call-question-ours": (
                "/programmes/{second}/calls/{asking_call}/form/questions/problem"
            ),
            "call-question-new": "/programmes/{second}/calls/{asking_call}/form/questions/new",
            "call-rule": "/programmes/{second}/calls/{asking_call}/form/rule",
            "call-try": "/programmes/{second}/calls/{asking_call}/form/try",
            "call-form-use": "/programmes/{second}/calls/{anew_call}/form/steps/use",
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
            "matches": "/programmes/{round}/matches",
            "offers": "/programmes/{round}/runs/{round_run}/offers",
            "match-declined": "/matches/{match_declined}",
            "match-take-out": "/matches/{match_offered}/steps/take-out",
            "replacements": "/matches/{match_declined}/replacements",
            "round": "/programmes/{round}",
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
