"""The REST API of surveys and postings."""
