"""Brings a survey's file in: file -> rows of text cells -> parsed rows -> plan -> written, each step alone."""
