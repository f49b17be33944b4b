"""What the portal knows of the words of a search: countries, groups, areas, modalities and agencies by their names."""
