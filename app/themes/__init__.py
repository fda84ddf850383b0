"""The controlled vocabularies that challenges and solutions are tagged with."""
