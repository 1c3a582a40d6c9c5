"""What can be found by one of several keys takes exactly one of them."""

from __future__ import annotations

import pytest
from graphql import GraphQLInputObjectType
from graphql import build_schema as printed

from lifecare_gql.regions import Regions
from lifecare_gql.schema import build_schema
from tests.conftest import Api
from tests.world import number, pid

UNIT = "query U($by: UnitKey!) { unit(by: $by) { id hsaId name } }"
PATIENT = "query P($by: PatientKey!) { patient(by: $by) { id givenName } }"


async def test_a_unit_is_found_by_either_of_its_ids(api: Api) -> None:
    public = pid("unit", "eken")
    by_id = await api(UNIT, "eken", by={"id": public})
    by_hsa_id = await api(UNIT, "eken", by={"hsaId": by_id["unit"]["hsaId"]})
    assert by_id == by_hsa_id
    assert by_id["unit"]["id"] == public
    assert await api(UNIT, "eken", by={"hsaId": "SE0000000000-none"}) == {"unit": None}


async def test_a_patient_is_found_by_id_and_by_number(api: Api) -> None:
    by_id = await api(PATIENT, "varberg", by={"id": pid("patient", "alva")})
    assert by_id == await api(PATIENT, "varberg", by={"identifier": number("alva")})
    assert by_id["patient"]["givenName"] == "Alva"


@pytest.mark.parametrize("query", [UNIT, PATIENT])
@pytest.mark.parametrize("extra", [None, "also"])
async def test_none_and_several_are_refused(api: Api, query: str, extra: str | None) -> None:
    other = "hsaId" if query is UNIT else "identifier"
    by = {} if extra is None else {"id": "unit_1", other: extra}
    [error] = (await api.post(query, "eken", by=by))["errors"]
    assert "xactly one" in error["message"]


def test_every_key_is_a_one_of(regions: Regions) -> None:
    """A look-up with alternatives is an input that ends in Key and takes exactly one of them."""
    # Strawberry's own core schema does not carry the mark; what it prints and what introspection says do.
    kinds = printed(build_schema(regions).as_str()).type_map.values()
    inputs = [one for one in kinds if isinstance(one, GraphQLInputObjectType)]
    one_of = {one.name for one in inputs if one.is_one_of}
    assert one_of == {"PatientKey", "UnitKey", "ReplayFromInput"}, "the last is a choice, no look-up"
    assert {one.name for one in inputs if one.name.endswith("Key")} == {"PatientKey", "UnitKey"}
