"""Who decides on what, whom a unit turns to, and what can be said of a computer: by tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from lifecare_gql.actions.clients import client_of
from lifecare_gql.domain.access_words import Role
from lifecare_gql.domain.administering import (
    Administrator,
    Held,
    Holder,
    Place,
    judge_agreement,
    judge_grant,
    judge_kept_role,
    judge_permission,
    may_configure,
    may_train,
)
from lifecare_gql.domain.administration_routes import (
    OrganisationFacts,
    RoleHolder,
    local_administration,
    permission_route,
    support_route,
)
from lifecare_gql.domain.administration_words import AgreementKind, ClientVerdict, RequirementKind
from lifecare_gql.domain.technical import best, judge
from lifecare_gql.domain.words import Principal
from lifecare_gql.settings import BrowserVersions
from tests.regions.plugins import CODES, four_regions

STOCKHOLM = four_regions()["stockholm"]
assert STOCKHOLM.support is not None
ENTRIES = {one.key: one for one in STOCKHOLM.support.local_administrations}
MUNICIPALITIES = STOCKHOLM.info.municipalities
ALONE = OrganisationFacts(id="alone", name="Påhittade Vården AB", principal=Principal.PRIVATE, region="stockholm")


def listed(key: str) -> OrganisationFacts:
    return replace(ALONE, id=key, name=f"Påhittad {key}", administration=key)


def municipality(code: str) -> OrganisationFacts:
    return replace(ALONE, id=code, name=f"Kommun {code}", principal=Principal.MUNICIPALITY, municipality=code)


LOCAL = [
    *((listed(key), key) for key, one in ENTRIES.items() if not one.every_municipality),
    *((municipality(one.code), "kommunerna") for one in MUNICIPALITIES),
]


def test_the_list_has_fifteen_entries_and_the_county_twenty_six_municipalities() -> None:
    assert (len(ENTRIES), len(MUNICIPALITIES)) == (15, 26)
    assert {key for _, key in LOCAL} == set(ENTRIES)
    assert {one.fact for one in ENTRIES.values()} == {"S20"}


@pytest.mark.parametrize(("one", "key"), LOCAL, ids=[one.id for one, _ in LOCAL])
def test_each_of_the_list_turns_to_its_own_administration(one: OrganisationFacts, key: str) -> None:
    found = local_administration(STOCKHOLM, one)
    assert found is ENTRIES[key]
    permission, support = permission_route(STOCKHOLM, one, ()), support_route(STOCKHOLM, one, ())
    for route in (permission, support):
        assert (route.kind, route.owner, route.listed_as) == ("LOCAL", one.name, found.name)
        assert route.steps[0].missing == "Ingen är registrerad i en sådan roll."
    assert permission.form is None
    assert [step.source.fact for step in permission.steps] == ["S10"]
    assert [step.source.fact for step in support.steps] == ["S26", "S27"]
    assert support.steps[1].contact is STOCKHOLM.contact("it-portal")
    assert support.steps[1].missing


@pytest.mark.parametrize(
    "one",
    [
        ALONE,
        replace(ALONE, principal=Principal.REGION),
        replace(ALONE, administration="no-longer-listed"),
        replace(municipality("1383"), name="En kommun i ett annat län"),
        replace(municipality("0181"), principal=Principal.PRIVATE),
    ],
    ids=["private", "region", "unknown entry", "other county", "in a municipality, but none"],
)
def test_whoever_is_not_listed_turns_to_the_central_administration(one: OrganisationFacts) -> None:
    permission, support = permission_route(STOCKHOLM, one, ()), support_route(STOCKHOLM, one, ())
    assert local_administration(STOCKHOLM, one) is None
    assert (permission.kind, permission.owner) == ("CENTRAL", "Samverkan vid vårdövergångar")
    assert permission.form is not None
    assert (permission.form.key, permission.form.missing) == (
        "BESTALLNING_BEHORIGHET",
        "Blanketten saknas i källan.",
    )
    assert [step.source.fact for step in permission.steps] == ["S11"]
    assert [step.source.fact for step in support.steps] == ["S28"]
    assert all(step.contact and step.contact.phone is None and step.missing for step in support.steps)


def holder(role: Role) -> RoleHolder:
    return RoleHolder(role=role, name="Påhittad", title="", unit="", organisation=None)


def test_a_step_names_those_who_have_a_role_there() -> None:
    everybody = [holder(role) for role in Role]
    local = permission_route(STOCKHOLM, listed("capio"), everybody).steps[0]
    central = permission_route(STOCKHOLM, ALONE, everybody).steps[0]
    assert {one.role for one in local.holders} == {role for role in Role if role.local}
    assert {one.role for one in central.holders} == {role for role in Role if not role.local}
    assert local.missing is None
    assert support_route(STOCKHOLM, ALONE, everybody).steps[0].holders == ()


SUPPORT = [
    # Whose unit, in which region, and the facts of the chain.
    ("vasternorrland", Principal.REGION, ["V7"]),
    ("vasternorrland", Principal.MUNICIPALITY, ["V8"]),
    ("vasternorrland", Principal.PRIVATE, []),
    ("halland", Principal.REGION, []),
    ("orebro", Principal.MUNICIPALITY, []),
]


@pytest.mark.parametrize(("code", "principal", "facts"), SUPPORT)
def test_the_other_regions_say_what_their_documents_say(code: str, principal: Principal, facts: list[str]) -> None:
    one = replace(ALONE, region=code, principal=principal)
    support, permission = (route(four_regions()[code], one, ()) for route in (support_route, permission_route))
    assert [step.source.fact for step in support.steps] == facts
    assert (support.unsaid is None) == bool(facts)
    assert (permission.kind, permission.steps, bool(permission.unsaid)) == (None, (), True)


# --- who decides ---


def place(one: OrganisationFacts, administered: bool = True) -> Place:
    region = four_regions().get(one.region)
    route = permission_route(region, one, ())
    return Place(organisation=one, region=region, route=route, has_permission_administrator=administered)


def somebody(role: Role | None, organisation: str | None = None, region: str = "stockholm") -> Administrator:
    held = () if role is None else (Held(role=role, region=region, organisation=organisation),)
    return Administrator(staff_hsa_id="actor", unit="own", held=held)


CAPIO, OTHER = place(listed("capio")), Holder(staff_hsa_id="other")
LPA = Role.LOCAL_PERMISSION_ADMINISTRATOR
DECIDES = [
    # Who, where, on which role (None: an assignment), and what hinders it.
    (somebody(LPA, "capio"), CAPIO, Role.SUPER_USER, []),
    (somebody(LPA, "capio"), CAPIO, LPA, []),
    (somebody(LPA, "capio"), CAPIO, None, []),
    (somebody(LPA, "aleris"), CAPIO, Role.SUPER_USER, ["NOT_ADMINISTRATOR"]),
    (somebody(LPA, "capio"), CAPIO, Role.OBJECT_OWNER, ["NOT_ADMINISTRATOR"]),
    (somebody(LPA, "alone"), place(ALONE), None, ["NOT_ADMINISTRATOR"]),
    (somebody(Role.SUPER_USER, "capio"), CAPIO, None, ["NOT_ADMINISTRATOR"]),
    (somebody(None), CAPIO, Role.SUPER_USER, ["NOT_ADMINISTRATOR"]),
    (somebody(Role.OBJECT_SPECIALIST), CAPIO, Role.SUPER_USER, ["NOT_ADMINISTRATOR"]),
    (somebody(Role.OBJECT_SPECIALIST), place(listed("capio"), administered=False), LPA, []),
    (somebody(Role.OBJECT_SPECIALIST), place(ALONE), None, []),
    (somebody(Role.OBJECT_SPECIALIST), place(ALONE), Role.SUPER_USER, ["NO_LOCAL_ADMINISTRATION"]),
    (somebody(None), place(ALONE), Role.SUPER_USER, ["NOT_ADMINISTRATOR", "NO_LOCAL_ADMINISTRATION"]),
    (somebody(Role.OBJECT_SPECIALIST), place(ALONE), Role.IT_SPECIALIST, []),
    (somebody(Role.OBJECT_SPECIALIST), place(ALONE), Role.AUDITOR, ["NOT_ADMINISTRATOR"]),
    (somebody(Role.ADMINISTRATION_LEAD), place(ALONE), Role.AUDITOR, []),
    (somebody(Role.ADMINISTRATION_LEAD, region="halland"), place(ALONE), None, ["NOT_ADMINISTRATOR"]),
    (somebody(Role.OBJECT_OWNER), place(ALONE), None, ["NOT_ADMINISTRATOR"]),
    (somebody(Role.ADMINISTRATION_LEAD, region="halland"), place(replace(ALONE, region="halland")), None, []),
]


@pytest.mark.parametrize(("actor", "where", "role", "codes"), DECIDES)
def test_who_decides(actor: Administrator, where: Place, role: Role | None, codes: list[str]) -> None:
    found = judge_permission(actor, where, OTHER) if role is None else judge_grant(actor, where, role, OTHER)
    assert [one.code for one in found] == codes


def test_a_refusal_says_whom_to_turn_to_in_the_documents_words() -> None:
    [local] = judge_grant(somebody(None), CAPIO, Role.SUPER_USER, OTHER)
    [central] = judge_permission(somebody(None), place(ALONE), OTHER)
    assert (local.source and local.source.fact, central.source and central.source.fact) == ("S10", "S11")
    assert "ifylld blankett för beställning av behörighet" in central.remedy
    assert [(one.name, one.phone, bool(one.missing)) for one in central.call] == [
        ("Central förvaltning", None, True)
    ]


def test_everything_that_hinders_is_told_at_once() -> None:
    oneself = Holder(staff_hsa_id="actor", ended=True, has_role=True)
    found = [one.code for one in judge_grant(somebody(None), CAPIO, Role.SUPER_USER, oneself)]
    assert found == ["NOT_ADMINISTRATOR", "OWN_PERMISSION", "ASSIGNMENT_ENDED", "ROLE_HELD"]


def test_ones_own_role_is_laid_down_and_not_confirmed() -> None:
    actor, own = somebody(LPA, "capio"), Holder(staff_hsa_id="actor")
    assert [one.code for one in judge_kept_role(actor, CAPIO, LPA, own, ends=False)] == ["OWN_PERMISSION"]
    assert list(judge_kept_role(actor, CAPIO, LPA, own, ends=True)) == []
    gone = replace(own, ended=True)
    assert [one.code for one in judge_kept_role(actor, CAPIO, LPA, gone, ends=True)] == ["ROLE_ENDED"]


TREE = [
    # Who, and whether they edit the tree of one with local administration, of one without, and train there.
    (somebody(LPA, "capio"), (True, False, True)),
    (somebody(Role.LOCAL_OBJECT_SPECIALIST, "capio"), (True, False, True)),
    (somebody(Role.SUPER_USER, "capio"), (False, False, True)),
    (somebody(Role.OBJECT_SPECIALIST), (True, True, True)),
    (somebody(Role.AUDITOR), (False, False, False)),
]


@pytest.mark.parametrize(("actor", "expected"), TREE)
def test_who_edits_the_tree_and_trains(actor: Administrator, expected: tuple[bool, bool, bool]) -> None:
    found = (may_configure(actor, CAPIO), may_configure(actor, place(ALONE)), may_train(actor, CAPIO, "other"))
    assert found == expected
    assert may_train(actor, place(ALONE), actor.unit)


CARE, DATA = AgreementKind.CARE_AGREEMENT, AgreementKind.DATA_PROCESSING_AGREEMENT
AGREEMENTS = [
    (ALONE, set(), True),
    (ALONE, {CARE}, False),
    (ALONE, {DATA}, True),
    (municipality("0181"), set(), True),
    (municipality("0181"), {DATA}, False),
    (municipality("0181"), {CARE}, False),
    (replace(ALONE, region="halland"), set(), False),
]


@pytest.mark.parametrize(("one", "agreed", "hindered"), AGREEMENTS)
def test_a_connection_needs_the_agreement_that_the_region_demands(
    one: OrganisationFacts, agreed: set[AgreementKind], hindered: bool
) -> None:
    found = list(judge_agreement(place(one), frozenset(agreed)))
    assert [(each.code, each.source and each.source.fact) for each in found] == (
        [("NO_CARE_AGREEMENT", "S7")] if hindered else []
    )


# --- what can be said of a computer ---

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS, OLD_WINDOWS = "Windows NT 10.0; Win64; x64", "Windows NT 6.1; Win64; x64"
MAC, LINUX, PHONE = "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64", "Linux; Android 10; K"
LATEST = BrowserVersions(as_of=dt.date(2026, 11, 20), versions={"Edge": 142, "Chrome": 142})
ONLY_EDGE = BrowserVersions(as_of=LATEST.as_of, versions={"Edge": 142})


def chrome(system: str, version: int, more: str = "") -> str:
    return f"Mozilla/5.0 ({system}) {_WEBKIT} Chrome/{version}.0.0.0 {more}Safari/537.36"


def edge(version: int) -> str:
    return f"{chrome(WINDOWS, version)} Edg/{version}.0.0.0"


V = ClientVerdict
COMPUTERS = [
    # What the browser says, what is known of the latest, and the verdicts on system and browser.
    (edge(142), LATEST, V.CANNOT_TELL, V.MET),
    (edge(141), LATEST, V.CANNOT_TELL, V.MET),
    (edge(140), LATEST, V.CANNOT_TELL, V.NOT_MET),
    (edge(143), LATEST, V.CANNOT_TELL, V.CANNOT_TELL),
    (edge(142), None, V.CANNOT_TELL, V.CANNOT_TELL),
    (chrome(WINDOWS, 142), LATEST, V.CANNOT_TELL, V.MET),
    (chrome(WINDOWS, 141), LATEST, V.CANNOT_TELL, V.NOT_MET),
    (chrome(WINDOWS, 142), ONLY_EDGE, V.CANNOT_TELL, V.CANNOT_TELL),
    (chrome(OLD_WINDOWS, 109), LATEST, V.NOT_MET, V.NOT_MET),
    (chrome(MAC, 142), LATEST, V.NOT_MET, V.MET),
    (chrome(LINUX, 142), LATEST, V.NOT_MET, V.MET),
    (chrome(PHONE, 142, "Mobile "), LATEST, V.NOT_MET, V.NOT_MET),
    ("curl/8.5.0", LATEST, V.CANNOT_TELL, V.NOT_MET),
    ("", LATEST, V.CANNOT_TELL, V.CANNOT_TELL),
]


@pytest.mark.parametrize(("user_agent", "latest", "system", "browser"), COMPUTERS)
def test_what_cannot_be_told_is_not_guessed(
    user_agent: str, latest: BrowserVersions | None, system: V, browser: V
) -> None:
    assert STOCKHOLM.technical is not None
    client = client_of(user_agent)
    found = {
        one.kind: best(judge(each, one.kind, client, latest)[0] for each in one.alternatives)
        for one in STOCKHOLM.technical.requirements
    }
    assert found == {RequirementKind.OPERATING_SYSTEM: system, RequirementKind.BROWSER: browser}


def test_only_stockholm_states_technical_requirements() -> None:
    assert [code for code in CODES if four_regions()[code].technical] == ["stockholm"]
