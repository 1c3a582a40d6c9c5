"""Provstads sjukhus, which does not exist: a plugin with data only, and no module but this one."""

LIFECARE_API = 1
