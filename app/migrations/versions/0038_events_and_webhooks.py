"""What has happened, and the webhooks that are told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

KINDS = (
    *("submission.received", "submission.returned", "submission.complete_soon"),
    *("submission.ineligible", "submission.restored", "submission.closes_soon"),
    *("submission.selected", "submission.reserve", "submission.learning_track"),
    *("submission.not_selected", "submission.promoted", "submission.corrected"),
    *("submission.answer_soon", "submission.place_lost", "submission.asked_anew"),
    *("call.permitted", "notice.proposed", "notice.published", "notice.withdrawn"),
    *("match.offered", "match.answer_soon", "match.confirmed", "match.declined"),
    *("match.lapsed", "match.withdrawn", "team.joining", "review.asked", "review.due_soon"),
    *("advice.asked", "advice.answered", "tasks.waiting", "account.invited"),
    *("account.reset_asked", "account.password_changed", "account.authenticator_added"),
    *("account.authenticator_removed", "account.recovery_code_used", "account.token_made"),
    *("webhook.ended", "webhook.ping"),
)
SUBJECTS = (
    *("challenge", "solution", "call", "notice", "match", "review", "consultation"),
    *("organisation", "tasks", "account", "webhook"),
)
PROBLEMS = (
    *("refused", "redirect", "no_answer", "not_reached", "no_address", "inside_address"),
    *("no_right", "no_key", "ended"),
)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=40)


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", _words("eventkind", *KINDS), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", _words("eventsubject", *SUBJECTS), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("spread_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_spread", "event", ["spread_at", "occurred_at"])
    op.create_index("ix_event_occurred_at", "event", ["occurred_at"])
    for name in ("programme_id", "organisation_id", "user_id"):
        op.create_index(op.f(f"ix_event_{name}"), "event", [name])
    op.add_column("letter", sa.Column("event_id", sa.Uuid(), nullable=True))
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("scope", _words("webhookscope", "own", "team", "programme"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("state", _words("webhookstate", "active", "paused", "ended"), nullable=False),
        sa.Column(
            "ended_for", _words("endreason", "by_hand", "failing", "gone"), nullable=True
        ),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("sealed_before", sa.String(), nullable=True),
        sa.Column("before_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(scope = 'team') = (organisation_id IS NOT NULL)", name=op.f("ck_webhook_team")
        ),
        sa.CheckConstraint(
            "(scope = 'programme') = (programme_id IS NOT NULL)",
            name=op.f("ck_webhook_programme"),
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (ended_for IS NOT NULL)", name=op.f("ck_webhook_ended")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_webhook_owner_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_webhook_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_webhook_programme_id_programme"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    for name in ("owner_id", "organisation_id", "programme_id"):
        op.create_index(op.f(f"ix_webhook_{name}"), "webhook", [name])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("problem", _words("deliveryproblem", *PROBLEMS), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhook.id"],
            name=op.f("fk_delivery_webhook_id_webhook"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_delivery_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "webhook_id", "event_id", name=op.f("uq_delivery_webhook_id_event_id")
        ),
    )
    op.create_index(op.f("ix_delivery_event_id"), "delivery", ["event_id"])
    op.create_index(op.f("ix_delivery_due_at"), "delivery", ["due_at"])


def downgrade() -> None:
    op.drop_table("delivery")
    op.drop_table("webhook")
    op.drop_column("letter", "event_id")
    op.drop_table("event")
