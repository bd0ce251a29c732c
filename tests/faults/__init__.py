"""The fault catalogue: each fault by its number, against the real service, with real kills, cuts and full disks."""
