"""Every installed region keeps every check of the conformance kit."""

from __future__ import annotations

from lifecare_gql.testing.plugin import Conformance


def test_the_region_conforms(conformance: Conformance) -> None:
    conformance.hold()
