"""The vocabularies of themes, by name."""

from enum import StrEnum


class Facet(StrEnum):
    """The vocabularies."""

    POLICY_DOMAIN = "policy-domain"
    PRACTICE = "practice"
    SDG = "sdg"
