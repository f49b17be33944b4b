"""The list of triangular options and the page of one."""
