"""The register of practices: what public teams have done, and any of them may add to."""
