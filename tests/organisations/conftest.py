"""The browser without a window of the accounts, for these tests too."""

from tests.accounts.conftest import browser, enter, open_browser, settings

__all__ = ["browser", "enter", "open_browser", "settings"]
