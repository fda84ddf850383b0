"""Requests and answers: routing, access, lists, problem documents, protection."""
