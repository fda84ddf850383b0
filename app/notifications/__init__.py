"""Who is told what, and when: at present the letters in the outbox."""
