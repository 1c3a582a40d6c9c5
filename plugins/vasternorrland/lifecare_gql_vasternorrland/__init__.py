"""Region Västernorrland: its documents as data, and what only this region has."""

LIFECARE_API = 1
