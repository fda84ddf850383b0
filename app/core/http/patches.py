"""Bodies that change a part of what was written: JSON merge patches (RFC 7396)."""

from typing import Annotated

from fastapi import Body

from app.core.base.merge_patch import Patch

PatchBody = Annotated[Patch, Body(media_type="application/merge-patch+json")]
