"""The browser's side, above every feature: it composes services and holds no rule."""
