"""Charts: plain Vega-Lite specifications, drawn on the server as SVG.

A page shows a chart as an `<img>` with an alternative text, and its figures in a table beside
it. A chart has an address of its own, with the access of its page.
"""
