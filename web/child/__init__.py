"""Work on what strangers send, in a process of its own with a clock and a limit of memory: the one door to parsers.

`calling.py` is for the portal; the rest is what the child loads, and knows no Django.
"""
