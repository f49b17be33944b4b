"""Where cooperation is sought and where it is offered, area by area: counted when asked, over what the reader may see.

The unit is a seeking country × area, however many needs it has. What reaches what is said by the gates and the levels
of the engine; no match, step or decision is read, but for cooperation that both sides published (docs/coverage.md).
"""
