"""Brings a survey's file in, row by row, so that it can be previewed, brought in again, and undone.

A file may be any survey tool's, saved again in a spreadsheet; its answers may be here already, and corrected by people
since. So nothing is guessed, and nothing written before all is read. Each step stands alone, and only the last writes:

1. `surveys.reading`: the file as sheets of text cells, as they are printed;
2. `layout/`: which tool it is from, where its table stands, and which question each column answers;
3. `rows/`: whose a row is, and what its cells answer, or what is wrong in them and what would be right;
4. `planning`: what the row becomes, compared with what is stored;
5. `applying`: the plan written in one transaction, each row with a record of what it was before, which `undoing` reads.

`jobs` is the same on the pages: upload, preview, apply, undo, with progress. In words: docs/survey-import.md.
"""
