"""A mail server for tests: `mail_server.py PORT FOLDER [REFUSAL]`; keeps letters as files."""

import signal
import sys
import threading
from pathlib import Path
from uuid import uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Keep:
    """Takes every letter, or none."""

    def __init__(self, folder: Path, refusal: str) -> None:
        self.folder, self.refusal = folder, refusal

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- the library calls it so
        if self.refusal:
            return self.refusal
        content = envelope.original_content or b""
        (self.folder / f"{uuid4().hex}.eml").write_bytes(content)
        return "250 Taken"


def main(port: int, folder: Path, refusal: str = "") -> None:
    controller = Controller(Keep(folder, refusal), hostname="127.0.0.1", port=port)
    controller.start()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    stop.wait(120)
    controller.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
