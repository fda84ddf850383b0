"""What the environment may say, typed; every name is described in the README."""

import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.core.base.encryption import sealing
from app.core.base.numbers import Decimal, Whole

SECRETS: Final = Path("/run/secrets")
"""Where containers find their secrets: a file `counterpart_database_url`, for example."""

UNSAFE_CLUSTER: Final = (
    "The cluster for matching is spoken with in the clear: whoever reaches its scheduler reads "
    "what teams have written, and runs programs on its machines. Use tls:// in "
    "COUNTERPART_MATCHING_SCHEDULER."
)

UNSAFE_WEBHOOKS: Final = (
    "Webhooks may go to this machine: whoever may have one reaches what listens on it alone. "
    "Take COUNTERPART_WEBHOOK_LOOPBACK away."
)


class Settings(BaseSettings):
    """Settings of the service, from variables that begin with `COUNTERPART_`.

    A secret may be a file below `SECRETS` instead, named like the variable in small
    letters; if there are both, the file counts.

    Built once by `create_app` and by each command, and passed down.
    """

    model_config = SettingsConfigDict(
        env_prefix="COUNTERPART_",
        frozen=True,
        # What is refused may be a password: it stands in no error, log or traceback.
        hide_input_in_errors=True,
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
    )

    database_url: str = Field(
        default="sqlite:///counterpart.db",
        repr=False,
        description="Where the data are: a SQLite file or a PostgreSQL database.",
    )
    embedded_worker: bool = Field(
        default=True,
        description="Whether the server carries out background jobs itself.",
    )
    job_lease_seconds: Whole = Field(
        default=60,
        ge=1,
        le=3600,
        description="How long a worker may be silent before its job is begun again.",
    )
    shortlist_size: Whole = Field(
        default=10, ge=1, le=50, description="Suggestions that a run keeps for a challenge."
    )
    text_weight: Decimal = Field(
        default=0.6,
        ge=0,
        le=1,
        description="Share of the score that comes from the texts; themes give the rest.",
    )
    model_folder: Path | None = Field(
        default=None,
        description="Where the models of previews are kept for the next start; empty: nowhere.",
    )
    matching_backend: Literal["serial", "threads", "processes", "dask"] = Field(
        default="serial", description="What ranks the challenges of a run."
    )
    matching_scheduler: str | None = Field(
        default=None, description="Address of the dask scheduler, for the backend dask."
    )
    embedding_folder: Path | None = Field(
        default=None,
        description="Where a sentence encoder lies for matching; unset: words alone.",
    )
    embedding_sha256: str | None = Field(
        default=None,
        validate_default=True,
        description="What the files of that encoder must hash to.",
    )
    max_body_bytes: Whole = Field(
        default=1_000_000, ge=10_000, description="The largest request body that is read."
    )
    max_body_seconds: Decimal = Field(
        default=30, gt=0, le=600, description="How long a request body may take to arrive."
    )
    max_file_bytes: Whole = Field(
        default=20_000_000, ge=10_000, le=200_000_000, description="The largest file of a team."
    )
    max_files: Whole = Field(
        default=10, ge=1, le=50, description="Files that belong to one submission."
    )
    max_files_bytes: Whole = Field(
        default=60_000_000, ge=10_000, description="How large these are together."
    )
    max_room_files: Whole = Field(
        default=50, ge=1, le=100, description="Files that a team has in the room of a match."
    )
    max_room_files_bytes: Whole = Field(
        default=100_000_000, ge=10_000, description="How large these are together."
    )
    max_upload_seconds: Decimal = Field(
        default=300, gt=0, le=3600, description="How long a file may take to arrive."
    )
    max_page_bytes: Whole = Field(
        default=4_000_000,
        ge=100_000,
        description="Where a page of a list ends, however few rows it has.",
    )
    max_table_bytes: Whole = Field(
        default=20_000_000,
        ge=100_000,
        description="How much of a table (CSV, XLSX) or of a ranking is handed out at once.",
    )
    max_drafts: Whole = Field(
        default=2_500,
        ge=1,
        description="Submissions that a team may begin in one call.",
    )
    requests_per_minute: Whole = Field(
        default=6_000,
        ge=1,
        description="Requests of one person, in all processes together; more are told 429.",
    )
    limit_concurrency: Whole = Field(
        default=256,
        ge=1,
        le=10_000,
        description="Requests that one process answers at the same time; more are told 503.",
    )
    computing_places: Whole = Field(
        default=2,
        ge=1,
        le=64,
        description="Answers that one process computes at the same time, such as a what-if.",
    )
    computing_wait_seconds: Decimal = Field(
        default=5,
        gt=0,
        le=60,
        description="How long a request waits for a place to compute before it is told 503.",
    )
    trusted_proxies: str | None = Field(
        default=None,
        description="Addresses or networks, with commas, whose forwarded headers are believed.",
    )
    stop_seconds: Whole = Field(
        default=20,
        ge=0,
        le=600,
        description="How long a server that is stopped waits for the requests it has taken.",
    )
    read_only: bool = Field(
        default=False, description="Whether everything that would change data is refused."
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="What a monitor presents at /metrics; unset: this machine alone.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[^/?#\s]+$",
        description="Where people reach the service; links in letters begin with it.",
    )
    secret_keys: SecretStr | None = Field(
        default=None,
        description="Keys that encrypt secrets, the newest first, separated by commas.",
    )
    session_idle_minutes: Whole = Field(
        default=60, ge=6, le=1440, description="How long a browser may be silent."
    )
    session_hours: Whole = Field(
        default=12, ge=1, le=168, description="After how long one signs in again in any case."
    )
    smtp_host: str | None = Field(
        default=None, description="Server that letters are sent by; unset: they wait."
    )
    smtp_port: Whole = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the way to it is kept secret."
    )
    smtp_user: str | None = Field(default=None, description="Name to sign in there with.")
    smtp_password: SecretStr | None = Field(default=None, description="Password for it.")
    mail_from: str = Field(
        default="counterpart@localhost",
        pattern=r"^[^@\s<>]+@[^@\s<>]+$",
        description="Address that letters come from.",
    )
    open_data_licence: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Licence of what is published, such as CC-BY-4.0; unset: nobody has said.",
    )
    suppression_limit: Whole = Field(
        default=5,
        ge=3,
        le=100,
        description="The least figure that reports and open data tell, but for zero. Of a "
        "figure of two each would read about the other.",
    )
    contact: str | None = Field(
        default=None,
        pattern=r"^[^@\s<>]+@[^@\s<>]+$",
        description="Address that the contact page names.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])\S+$",
        description="OpenID provider that people may sign in with; unset: none.",
    )
    oidc_client_id: str | None = Field(default=None, description="What it calls this service.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="The secret that goes with it."
    )
    oidc_name: str = Field(
        default="your organisation", description="What people call that provider."
    )
    retention_days: Whole = Field(
        default=730, ge=1, description="After how long people who left are erased."
    )
    letter_days: Whole = Field(
        default=90, ge=1, description="How long letters are kept after they were sent."
    )
    event_days: Whole = Field(
        default=30,
        ge=8,
        description="How long webhooks can be sent again what has happened.",
    )
    webhook_loopback: bool = Field(
        default=False,
        description="Whether webhooks may go to this machine, by http too: for tests alone.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least important log lines that are written."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let a secret that somebody has mounted count more than the default of an image."""
        return init_settings, file_secret_settings, env_settings

    @model_validator(mode="after")
    def _a_cluster_has_a_scheduler(self) -> Self:
        if self.matching_backend == "dask" and not (
            self.matching_scheduler and self.model_folder
        ):
            raise ValueError(
                "matching_backend dask needs matching_scheduler, such as "
                "tcp://10.0.0.1:8786, and model_folder, one that all workers see"
            )
        return self

    @field_validator("embedding_sha256")
    @classmethod
    def _both_or_neither(cls, sha256: str | None, info: ValidationInfo) -> str | None:
        """Refuse half of the pair, and what is no hash."""
        if (sha256 is None) != (info.data.get("embedding_folder") is None):
            raise ValueError(
                "COUNTERPART_EMBEDDING_FOLDER and COUNTERPART_EMBEDDING_SHA256 go together:"
                " state both or neither"
            )
        if sha256 is not None and not re.fullmatch("[0-9a-fA-F]{64}", sha256):
            raise ValueError("a sha256 has 64 hexadecimal digits")
        return sha256 and sha256.lower()

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, named: str | None) -> str | None:
        """Refuse what names no address: a slip here would let everybody forge theirs."""
        parts = [part.strip() for part in (named or "").split(",") if part.strip()]
        for part in parts:
            try:
                ip_network(part)
            except ValueError:
                # Not the value itself: it may be a secret that was put in the wrong place.
                raise ValueError(
                    "this is not an address or a network, such as 10.0.0.1 or 10.0.0.0/24"
                ) from None
        return ",".join(parts) or None

    @field_validator("secret_keys")
    @classmethod
    def _usable(cls, keys: SecretStr | None) -> SecretStr | None:
        """Refuse what is no key, before the first person needs it."""
        for key in _parted(keys):
            try:
                sealing(key)
            except ValueError:
                # Not the key itself: what is wrong with it may be one letter.
                raise ValueError("a key is no key; `counterpart key` makes one") from None
        return keys

    @model_validator(mode="after")
    def _a_provider_is_known_whole(self) -> Self:
        if self.oidc_issuer and not (
            self.oidc_client_id and self.oidc_client_secret and self.keys
        ):
            raise ValueError(
                "oidc_issuer needs oidc_client_id, oidc_client_secret and secret_keys"
            )
        return self

    @property
    def warnings(self) -> list[str]:
        """What whoever runs the service should know about these settings."""
        scheduler = self.matching_scheduler or ""
        found = list[str]()
        if self.matching_backend == "dask" and not scheduler.startswith("tls://"):
            found.append(UNSAFE_CLUSTER)
        if self.webhook_loopback:
            found.append(UNSAFE_WEBHOOKS)
        return found

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that seal, the newest first."""
        return _parted(self.secret_keys)

    @property
    def session_idle(self) -> timedelta:
        """How long a browser may be silent before its person signs in again."""
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def session_lifetime(self) -> timedelta:
        """After how long a person signs in again in any case."""
        return timedelta(hours=self.session_hours)

    @property
    def job_lease(self) -> timedelta:
        """How long a worker may be silent before its job is begun again."""
        return timedelta(seconds=self.job_lease_seconds)


def _parted(keys: SecretStr | None) -> tuple[str, ...]:
    written = keys.get_secret_value().split(",") if keys else []
    return tuple(key.strip() for key in written if key.strip())
