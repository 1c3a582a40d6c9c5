"""Fictitious units and staff, and test persons, from every enabled region."""

from lifecare_gql.demo.loader import DemoLoaded, is_empty, load_demo
from lifecare_gql.demo.names import Actor, actors, demo_id

__all__ = ["Actor", "DemoLoaded", "actors", "demo_id", "is_empty", "load_demo"]
