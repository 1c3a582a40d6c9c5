"""Fictitious units and staff, and test persons, from every enabled region."""

from lifecare_gql.demo.loader import DemoLoaded, is_empty, load_demo
from lifecare_gql.demo.names import Actor, actors, demo_id
from lifecare_gql.demo.sandbox import Clock, MovedClock, renewed

__all__ = [
    "Actor",
    "Clock",
    "DemoLoaded",
    "MovedClock",
    "actors",
    "demo_id",
    "is_empty",
    "load_demo",
    "renewed",
]
