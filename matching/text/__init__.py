"""From texts to weighed terms: profiles, languages, tokens, vocabulary, encoded rows."""
