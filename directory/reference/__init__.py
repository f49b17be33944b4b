"""Loading the project's own facts from `directory/data/*.csv`; docs/reference-data.md says how it decides."""
