"""Tests of enquiries about postings."""
