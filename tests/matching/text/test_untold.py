from matching import Profile, Reader, untold


def asked(*texts: str, language: str = "en") -> Profile:
    return Profile("q", texts, language=language)


POOL = [Profile("p", ("We teach ethics to nurses.",), language="en")]


def test_phrases_that_nobody_tells_of_are_named_as_they_were_written() -> None:
    query = asked(
        "Machine learning for nurses\nWe ask for ethics.",
        "Who does Machine Learning with drones? We have drones, and a harbour.",
    )

    assert untold([query], POOL, Reader()) == [("Machine learning", "drones")]


def test_no_more_than_so_many_are_named_the_most_frequent_first() -> None:
    query = asked("Boats", "Cars and cars. Trams and trams and trams.")

    assert untold([query], POOL, most=2) == [("Trams", "Boats")]


def test_what_everybody_tells_or_nobody_could_tell_is_not_named() -> None:
    french = asked("Apprentissage automatique", language="fr")

    assert untold([asked("Ethics of nurses"), french], POOL) == [(), ()]


def test_a_phrase_ends_where_more_than_blanks_stand_between_its_words() -> None:
    query = asked("Open drones, open  drones\nopen.\nBig drones; l\u2019\ufb01eld", "field")

    named = untold([query], POOL)

    assert named == [("Open drones", "open  drones\nopen", "\ufb01eld")]


def test_queries_are_told_apart_and_those_without_text_ask_nothing() -> None:
    queries = [
        asked(),
        asked("Boats"),
        asked("Nurses"),
        asked("", "boats"),
        asked("Boats boats"),
    ]

    assert untold(queries, POOL) == [(), ("Boats",), (), (), ("Boats boats",)]
