"""Questions about published challenges: asked without a name, answered for everybody."""
