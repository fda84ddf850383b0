"""What is measured by hand, beside peers and earlier versions; no part of the package."""
