"""Lets `python -m app.cli` stand for `counterpart`."""

from app.cli import main

main()
