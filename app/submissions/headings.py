"""What people call the columns of their tables, by field of the exchange format."""

from typing import Final

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "id": (
        *("code", "no", "nr", "number", "reference", "ref", "identifier", "numéro", "nummer"),
        *("identifiant", "référence", "identificador", "código", "número", "referencia"),
        *("referência", "kennung"),
    ),
    "title": ("name", "heading", "project", "titre", "titel", "título", "titolo"),
    "organisation": (
        *("organization", "organisation name", "institution", "team", "agency", "ministry"),
        *("organisme", "organización", "organizzazione", "organização", "organisatie"),
        *("équipe", "equipo", "equipa", "equipe", "institución", "instituição"),
    ),
    "country": ("countries", "country code", "nation", "pays", "land", "país", "paese"),
    "subdivision": ("region", "iso 3166-2", "province", "région", "provincia"),
    "level": ("level of government", "government level", "tier", "niveau", "ebene", "nivel"),
    "language": (
        "lang",
        "language of the text",
        "langue",
        "sprache",
        "idioma",
        "lingua",
        "taal",
    ),
    "summary": (
        *("abstract", "short description", "summary in english"),
        *("résumé", "zusammenfassung", "resumen", "riassunto", "resumo"),
    ),
    "themes": (
        *("theme", "topics", "topic", "tags", "keywords", "categories"),
        *("thèmes", "themen", "temas", "temi", "thema's"),
    ),
    "sources": (
        *("source", "links", "link", "urls", "url", "references", "références"),
        *("fuentes", "fontes", "quellen", "liens", "enlaces"),
    ),
    "notes": (
        *("note", "comments", "comment", "remarks", "remarques", "commentaires", "notas"),
        *("observaciones", "comentarios", "observações", "comentários", "bemerkungen"),
    ),
    "text": (
        *("description", "details", "full text", "texte", "beschreibung", "descripción"),
        *("texto", "descrição", "testo", "descrizione", "tekst"),
    ),
    "problem": ("the problem", "problem statement", "problème", "problema"),
    "affected": ("who is affected", "affected people", "beneficiaries", "target group"),
    "tried": ("what was tried", "tried so far", "previous attempts"),
    "outcome": ("desired outcome", "expected outcome", "expected results", "goal", "goals"),
    "constraints": ("rules and limits", "limits", "limitations", "barriers"),
    "help_wanted": ("help needed", "support needed", "what help is wanted"),
    "experience": ("what was done", "practice", "practical experience"),
    "setting": ("where and since when", "where", "context"),
    "evidence": ("results", "evidence of results", "results and evidence"),
    "failures": ("what did not work", "lessons", "lessons learned"),
    "transfer": ("what it takes elsewhere", "transferability", "replication"),
    "offer": ("what the team can give", "what we offer", "offers"),
    "capacity": ("how many challenges", "number of challenges", "most challenges"),
}
"""Other names of each field; case, blanks and signs between words make no difference."""

UNREAD: Final = (
    *("programme", "call", "state", "message", "version", "submitted at", "created at"),
    *("updated at", "answer by", "programme id", "call id", "organisation id", "answers"),
    *("appeal", "asked"),
)
"""Columns of our own tables that are not taken in again."""

LEVELS: Final[dict[str, str]] = {
    "national": "central",
    "federal": "central",
    "state": "regional",
    "region": "regional",
    "province": "regional",
    "municipal": "local",
    "municipality": "local",
    "city": "local",
}
"""What people call the levels of government, beside their names here."""
