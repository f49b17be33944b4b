"""How people come and go: invited, designated, asked once a year whether they still serve, and leaving."""
