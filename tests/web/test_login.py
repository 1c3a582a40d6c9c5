"""What an issuer must be said to be, and how a region demands that one logs in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from lifecare_gql.app import create_app
from lifecare_gql.domain.logins import LoginMethod, unmet
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Mode, Settings
from lifecare_gql.web.identity import Verifier, load_issuers
from lifecare_gql.web.identity.config import IssuerTable
from tests import world
from tests.conftest import Api, Clock
from tests.regions.plugins import four_regions
from tests.web.issuer import ASSIGNMENT, FOUND, LOA3, STAFF, UNIT, Issuer, change, client, issuers_file

PEM = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
PAGE = "Inloggning till Lifecare SP:s produktionsmiljö sker via e-tjänstekort/Siths-kort."


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


def with_a_key_file(issuer: Issuer, directory: Path) -> Path:
    """A file with the issuer, whose one key stands beside it."""
    directory.joinpath("issuer.pem").write_bytes(issuer.key.public_key().public_bytes(*PEM))
    file = issuers_file(directory, 'public_key_file = "issuer.pem"')
    file.write_text(file.read_text("utf-8").replace('"ES256", "RS256"', '"ES256"'), "utf-8")
    return file


def trusting(settings: Settings, file: Path, mode: Mode) -> Settings:
    return settings.model_copy(update={"mode": mode, "issuers_file": file})


LOGINS: list[tuple[str, Any, bool]] = [
    # the unit's region, what the token says of the method, whether that is enough in production
    ("stockholm", ["card"], True),
    ("stockholm", "service", True),
    ("stockholm", ["pwd", "eid"], True),
    ("stockholm", ["netid"], True),
    ("stockholm", ["pwd"], False),
    ("stockholm", [], False),
    ("stockholm", None, False),
    ("halland", ["pwd"], True),
    ("halland", None, True),
]


@pytest.mark.parametrize("mode", Mode)
async def test_a_region_that_demands_a_card_gets_one_in_production(
    issuer: Issuer, settings: Settings, regions: Regions, clock: Clock, tmp_path: Path, mode: Mode
) -> None:
    given = trusting(settings, with_a_key_file(issuer, tmp_path), mode)
    async with client(create_app(given, regions, clock)) as asking:
        for region, method, enough in LOGINS:
            await change(settings, f"update unit set region_code = '{region}' where hsa_id = '{UNIT}'")
            token = issuer.token(amr=method)
            answer = await asking.post(token)
            if enough or mode is Mode.DEVELOPMENT:
                assert (region, method, answer.json()) == (region, method, FOUND)
                assert await asking.turned_away(token) is None
            else:
                [error] = answer.json()["errors"]
                assert (answer.status_code, error["extensions"]) == (401, {"code": "UNAUTHENTICATED"})
                assert error["message"] == f"Log in as Region Stockholm demands (S15): {PAGE}"
                assert await asking.turned_away(token) == (4403, "Forbidden")


def test_what_is_demanded_of_another_login_is_not_enforced() -> None:
    production, portal = four_regions()["stockholm"].login_requirements
    assert (production.fact, portal.fact) == ("S15", "S9")
    for methods in (set(), {LoginMethod.NET_ID}, set(LoginMethod)):
        assert unmet([portal], frozenset(methods)) is None
    assert unmet([portal, production], frozenset()) is production
    assert all(unmet([production], frozenset({method})) is None for method in LoginMethod)


async def test_the_demands_can_be_read_with_their_sentences(api: Api) -> None:
    query = """{ regions { code loginRequirements { place accepts condition fact source { quote } } } }"""
    found = {region["code"]: region["loginRequirements"] for region in (await api(query))["regions"]}

    assert {code for code, demands in found.items() if demands} == {"stockholm"}
    production, portal = found["stockholm"]
    assert production == {
        "place": "PRODUCTION",
        "accepts": ["SERVICE_CARD", "SITHS_CARD", "SITHS_EID", "NET_ID"],
        "condition": None,
        "fact": "S15",
        "source": {"quote": PAGE},
    }
    assert (portal["place"], portal["accepts"]) == ("IT_PORTAL", ["SERVICE_CARD"])
    assert portal["condition"] in portal["source"]["quote"]


async def test_a_token_says_who_it_is(issuer: Issuer, settings: Settings, tmp_path: Path) -> None:
    given = trusting(settings, with_a_key_file(issuer, tmp_path), Mode.PRODUCTION)
    told = {"careUnitHsaId": UNIT, "commissionRights": ["Läsa"], "licences": "SJ", "roles": ["a", "b"]}
    found = await Verifier(load_issuers(given)).verify(issuer.token(**told))

    assert (found.issuer, found.staff_hsa_id, found.assignment_hsa_id) == ("test", STAFF, ASSIGNMENT)
    assert (found.unit_hsa_id, found.care_provider_hsa_id) == (UNIT, None)
    assert (found.purpose, found.assurance) == ("Vård och behandling", LOA3)
    assert (found.rights, found.professions, found.roles) == ({"Läsa"}, {"SJ"}, {"a", "b"})
    assert found.methods == {LoginMethod.SITHS_CARD}
    assert found.expires_at.tzinfo is not None


# --- the file ---

CHANGED: dict[str, tuple[str, str, str]] = {
    # what is written instead of what, and what is told
    "no TOML": ("[test]", "[test", "is not TOML: Expected ']'"),
    "a shared key": ('"ES256", "RS256"', '"HS256"', "test.algorithms: must be one or more of ES256"),
    "no signature": ('"ES256", "RS256"', '"none"', "test.algorithms: must be one or more of ES256"),
    "no algorithm": ('"ES256", "RS256"', "", "test.algorithms: Tuple should have at least 1 item"),
    "misspelt": ("audience", "audiense", "test.audiense: Extra inputs are not permitted"),
    "no assurance": ("[test.assurance]", "[test.asurance]", "test.assurance: Field required"),
    "no level": (
        '"http://id.example/loa3", "http://id.example/loa4"',
        "",
        "test.assurance.accepted: Tuple should",
    ),
    "no assignment": ("assignment =", "assinment =", "test.claims.assignment: Field required"),
    "an unknown method": ('"NET_ID"', '"PASSWORD"', "test.methods.values.netid: Input should be 'SERVICE_CARD'"),
    "long leeway": ("audience", "leeway_seconds = 61\naudience", "test.leeway_seconds: Input should be less than"),
    "long life": (
        "audience",
        "max_lifetime_minutes = 721\naudience",
        "test.max_lifetime_minutes: Input should be",
    ),
    "two places for keys": ("audience", 'public_key_file = "x"\naudience', "test: give either jwks_url or"),
    "no place for keys": ("jwks_url", "# jwks_url", "test: give either jwks_url or public_key_file"),
    "a purpose that is not read": ('purpose = "', '# purpose = "', "test: purposes needs claims.purpose"),
    "no https": ("https://keys.example", "http://keys.example", "test.jwks_url must be an address that begins"),
    "a file as address": ("https://keys.example", "file:///etc", "test.jwks_url must be an address that begins"),
    "no host": ("https://keys.example", "https://", "test.jwks_url must be an address that begins"),
    "no address": ("https://keys.example", "https://[", "test.jwks_url must be an address that begins"),
    "the development's": ("https://issuer.example", "lifecare-gql-development", "Two issuers are called lifecare"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_file_that_cannot_be_used_stops_the_start(tmp_path: Path, name: str) -> None:
    before, after, told = CHANGED[name]
    file = issuers_file(tmp_path, 'jwks_url = "https://keys.example/jwks"')
    settings = Settings(issuers_file=file, state_dir=tmp_path)
    assert [one.name for one in load_issuers(settings)] == ["test", "settings"]
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")

    with pytest.raises(ConfigurationError) as caught:
        load_issuers(settings)
    assert told in str(caught.value)


def test_the_example_in_the_readme_is_a_file_that_can_be_used(tmp_path: Path) -> None:
    text = Path(__file__).parents[2].joinpath("README.md").read_text("utf-8")
    [example] = [one for one in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if one.startswith("[idp]")]
    (tmp_path / "issuers.toml").write_text(example, "utf-8")

    [issuer, _] = load_issuers(Settings(issuers_file=tmp_path / "issuers.toml", state_dir=tmp_path))
    said = issuer.config.model_fields_set
    assert said == set(IssuerTable.model_fields) - {"public_key_file"}, "the example shows all there is"


def test_a_file_that_is_missing_or_empty_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="LIFECARE_ISSUERS_FILE cannot be read: No such file"):
        load_issuers(Settings(issuers_file=tmp_path / "none.toml", state_dir=tmp_path))
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(ConfigurationError, match="LIFECARE_ISSUERS_FILE names no issuer"):
        load_issuers(Settings(issuers_file=tmp_path / "empty.toml", state_dir=tmp_path))
    file = issuers_file(tmp_path, 'public_key_file = "missing.pem"')
    with pytest.raises(ConfigurationError, match=r"test\.public_key_file cannot be read: No such file"):
        load_issuers(Settings(issuers_file=file, state_dir=tmp_path))


@pytest.mark.parametrize(("host", "mode", "fits"), [
    ("127.0.0.1:1", Mode.DEVELOPMENT, True),
    ("localhost:1", Mode.DEVELOPMENT, True),
    ("192.168.0.1", Mode.DEVELOPMENT, False),
    ("127.0.0.1:1", Mode.PRODUCTION, False),
])  # fmt: skip
def test_only_a_development_fetches_keys_without_encryption_and_only_here(
    tmp_path: Path, host: str, mode: Mode, fits: bool
) -> None:
    file = issuers_file(tmp_path, f'jwks_url = "http://{host}/jwks"')
    settings = Settings(issuers_file=file, state_dir=tmp_path, mode=mode, secret=SecretStr(world.SECRET))
    if fits:
        assert len(load_issuers(settings)) == 2
        return
    with pytest.raises(ConfigurationError, match="must be an address that begins with https://"):
        load_issuers(settings)


def test_a_production_with_a_file_needs_no_other_issuer(tmp_path: Path) -> None:
    file = issuers_file(tmp_path, 'jwks_url = "https://keys.example/jwks"')
    settings = Settings(issuers_file=file, mode=Mode.PRODUCTION, secret=SecretStr(world.SECRET))
    assert [one.name for one in load_issuers(settings)] == ["test"]
