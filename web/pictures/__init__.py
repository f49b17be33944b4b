"""Pictures of numbers, drawn as SVG: bars and matrices, in pages and as files. The table of each stands beside it."""
