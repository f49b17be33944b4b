"""Who and where: countries, dated groups, areas, modalities, agencies, people."""
