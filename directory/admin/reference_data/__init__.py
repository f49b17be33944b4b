"""What others refer to: countries, groups, areas, modalities, and the rules read of them."""
