"""Who works where: profile, invitations, the directory of agencies and focal points."""
