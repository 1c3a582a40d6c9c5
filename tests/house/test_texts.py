"""Whatever the program says stands in a catalogue, with the same values, and nothing stands there in vain."""

from __future__ import annotations

import ast
import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from lifecare_gql.domain import (
    access_words,
    administration_words,
    episode_words,
    outage_words,
    plan_words,
    webhook_words,
    words,
)
from lifecare_gql.domain.calendar import day_off
from lifecare_gql.domain.identity import IdentityFault
from lifecare_gql.domain.texts import Text
from lifecare_gql.schema.failures import _TOLD
from lifecare_gql.schema.languages import catalogue, spoken
from lifecare_gql.schema.limits import MEANINGS
from lifecare_gql.settings import Language
from lifecare_gql.web.refusals import CODES

ROOT = Path(__file__).parents[2] / "lifecare_gql"
SWEDISH, ENGLISH = catalogue(Language.SWEDISH), catalogue(Language.ENGLISH)
LETTERS = re.compile(r"[^\W\d_]")
SENTENCE = re.compile(r"[A-ZÅÄÖ{`].* .*[.!?]|[A-ZÅÄÖ]\w+ .*[.!?]", re.DOTALL)

SAYS = frozenset(
    (
        *("said", "refusal", "_error", "_failed", "CellFault", "RowFault", "_layout", "_fault", "reason"),
        *(
            "PdfUnavailable",
            "BadInput",
            "NotPermitted",
            "NotAuthenticated",
            "IssuerUnavailable",
            "GraphQLError",
            "Refused",
            "DocumentRefused",
            "refused",
            "refuse",
        ),
    )
)
"""What is called to say something: each text that is given to one of these is in a catalogue."""
DESCRIBES = frozenset(
    (
        "column",
        "to_one",
        "to_many",
        "computed",
        "connection",
        "written",
        "acting",
        "_of_book",
        "_optional",
        "field",
        "Counter",
        "Histogram",
        "_counter",
        "_gauge",
        "_histogram",
    )
)
"""What is called to describe the schema, or what is measured: for those who program, in English."""
NEVER_TOLD = ("ValueError", "TypeError", "ConfigurationError")
"""What is raised for pydantic to say of data, and for whoever starts the program."""
ELSEWHERE = (
    *("domain/demo", "domain/diagram", "domain/plan_diagram", "actions/grants"),
    *("web/graphiql", "web/development", "web/tokens", "web/identity/issuers", "web/identity/keys"),
)
"""The demo, the pages of docs/, and what is told on the command line and at the start of the server."""
FLOORS = ("domain/", "actions/", "schema/", "web/", "documents/phone_log_", "documents/kit_pages")

TERMS: tuple[type[words.Word], ...] = (
    # Vocabularies whose words stand in texts, or are shown as texts.
    *(access_words.BlockEventKind, access_words.Role, access_words.RoleGrantEventKind),
    *(administration_words.AgreementKind, administration_words.AssignmentEventKind),
    *(administration_words.UnitEventKind, words.ConsentState, words.MessageEventKind),
    webhook_words.WebhookState,
    *(episode_words.EpisodeEventKind, episode_words.EpisodeState, episode_words.LegalField),
    *(episode_words.NoticeKind, episode_words.PartyRole, episode_words.PlanningBasisStart),
    *(outage_words.OutageEventKind, outage_words.OutageState),
    *(plan_words.PlanEventKind, plan_words.PlanItem, plan_words.PlanState),
)


def modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(ROOT.rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        if name.startswith(FLOORS) and not name.startswith(ELSEWHERE):
            yield name, ast.parse(file.read_text("utf-8"))


def name_of(call: ast.expr) -> str:
    return str(getattr(call, "id", getattr(call, "attr", "")))


def strings(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The strings that an argument can be: itself, or what it chooses between."""
    if isinstance(node, ast.IfExp):
        yield from strings(node.body)
        yield from strings(node.orelse)
    elif isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node


def apart(node: ast.AST) -> bool:
    """Whether what stands in it is said to nobody who asks the API."""
    if isinstance(node, ast.ClassDef):
        return any(name_of(base) == "Word" for base in node.bases)
    if isinstance(node, ast.Raise):
        return isinstance(node.exc, ast.Call) and name_of(node.exc.func) in NEVER_TOLD
    if isinstance(node, ast.Call):
        return name_of(node.func) in DESCRIBES
    if isinstance(node, ast.keyword):
        return node.arg in ("description", "help")  # help: of a column in the template of a file
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or isinstance(node, ast.Assert)


def said_in(node: ast.AST, swedish_only: bool) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The texts in a module: what is handed to one who says something, and what is a sentence anywhere."""
    if apart(node):
        return
    if isinstance(node, ast.Call) and name_of(node.func) in SAYS:
        given = node.args[:1] if name_of(node.func) == "said" else node.args
        yield from (one for arg in given for one in strings(arg) if not _is_code(one))
    if isinstance(node, ast.Constant) and _is_sentence(node.value, swedish_only):
        yield node
    if isinstance(node, ast.JoinedStr) and not swedish_only and _is_filled_in(node):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from said_in(child, swedish_only)


def _is_sentence(value: object, swedish_only: bool) -> bool:
    """Whether it is one; a description of the schema is none, which has its Swedish term in brackets."""
    if not isinstance(value, str) or not SENTENCE.fullmatch(value):
        return False
    return not swedish_only or re.search("[åäöÅÄÖ]", re.sub(r"\([^)]*\)", "", value)) is not None


def _is_filled_in(node: ast.JoinedStr) -> bool:
    """Whether it is a sentence in Swedish with values in it: `said` should fill them in."""
    written = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return re.fullmatch(r".*[A-ZÅÄÖa-zåäö]{3,}.*\.", written) is not None


def _is_code(one: ast.Constant | ast.JoinedStr) -> bool:
    """A code, a column or a field's name is no text."""
    return isinstance(one, ast.Constant) and re.fullmatch(r"[\w.]*", str(one.value)) is not None


def texts() -> dict[str, str]:
    """Every text of the program, with a module that it stands in."""
    found = {}
    for name, tree in modules():
        for one in said_in(tree, swedish_only=name.startswith("schema/")):
            assert isinstance(one, ast.Constant), (
                f"{name}:{one.lineno}: an f-string cannot be translated: use said()"
            )
            found[str(one.value)] = name
    return found


TEXTS = texts()


def wordless(template: str) -> bool:
    """Whether it is made of values and signs only."""
    return not LETTERS.search("".join(part for part, *_ in Formatter().parse(template)))


def holes(template: str) -> list[tuple[str | None, str | None, str | None]]:
    return sorted(
        ((name, spec, change) for _, name, spec, change in Formatter().parse(template) if name is not None),
        key=str,
    )


def test_the_search_finds_the_texts() -> None:
    """The control: a search that finds nothing would pass the others."""
    assert len(TEXTS) > 350
    assert {"Inget är gjort.", "Tidpunkten saknas.", "{name}: at most {most}."} <= set(TEXTS)


def test_every_text_stands_in_one_catalogue() -> None:
    missing = {
        text: name
        for text, name in TEXTS.items()
        if not wordless(text) and not ((text in SWEDISH) ^ (text in ENGLISH))
    }
    assert missing == {}


MADE_OF_TEXTS = frozenset(
    ("Objection", "Failure", "AccessRule", "Clock", "MissingItem", "Reach", "Expectation", "Unsaid", "KeptRule")
)


def test_no_sentence_is_handed_over_as_somebody_elses_words() -> None:
    """A plain string is never translated, though it stood in a catalogue."""
    plain = [
        f"{name}:{one.lineno}"
        for name, tree in modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and name_of(call.func) in MADE_OF_TEXTS
        for given in (*call.args, *(keyword.value for keyword in call.keywords))
        for one in strings(given)
        if isinstance(one, ast.JoinedStr) or SENTENCE.fullmatch(str(one.value))
    ]
    assert plain == []


@pytest.mark.parametrize("language", Language)
def test_no_text_stands_twice_in_a_catalogue(language: Language) -> None:
    written = tomllib.loads((ROOT / "data" / f"texts.{language}.toml").read_text("utf-8"))
    assert sum(map(len, written.values())) == len(catalogue(language))


def test_both_sides_of_a_catalogue_hold_the_same_values() -> None:
    wrong = [key for book in (SWEDISH, ENGLISH) for key, told in book.items() if _values(key, told)]
    assert wrong == []


def _values(key: str, told: str) -> bool:
    return not told.strip() or holes(key) != holes(told)


def constants() -> set[str]:
    found = (ast.walk(ast.parse(file.read_text("utf-8"))) for file in ROOT.rglob("*.py"))
    return {
        one.value
        for nodes in found
        for one in nodes
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def test_nothing_stands_in_a_catalogue_in_vain() -> None:
    phrases = {f"{HTTPStatus(code).phrase}." for code in (*CODES, 400)}
    known = constants() | phrases

    assert set(SWEDISH) - known == set()
    assert set(ENGLISH) - known - DAYS_OFF == set()


DAYS_OFF = {
    str(part)
    for day in (dt.date(1980, 1, 1) + dt.timedelta(days=one) for one in range(221 * 366))
    for name in [day_off(day)]
    if name is not None
    for part in (name.values.values() if isinstance(name, Text) and name.values else (name,))
}


def test_every_day_off_has_an_english_name() -> None:
    assert {"lördag", "Kristi himmelsfärdsdag", "nationaldagen"} <= DAYS_OFF
    assert DAYS_OFF - set(ENGLISH) == set()


@pytest.mark.parametrize("vocabulary", TERMS, ids=lambda one: one.__name__)
def test_every_term_that_stands_in_a_text_has_an_english_one(vocabulary: Iterable[words.Word]) -> None:
    assert {word.swedish for word in vocabulary} - set(ENGLISH) == set()


@pytest.mark.parametrize("process", ["episodes:_PROCESS", "plans:_PLAN", "outage_life:_OUTAGE"])
def test_how_a_process_is_spoken_of_stands_in_the_catalogue(process: str) -> None:
    module, name = process.split(":")
    table = getattr(import_module(f"lifecare_gql.domain.{module}"), name)
    told = {table.wording.the, table.wording.stands, table.wording.not_begun, table.wording.way_in}

    assert (told | set(table.roles.values())) - set(ENGLISH) == set()


def test_an_identifier_is_refused_in_the_same_words_in_both_catalogues() -> None:
    for fault in IdentityFault:
        assert SWEDISH[fault.english] == fault.swedish
        assert ENGLISH[fault.swedish] == fault.english


def test_what_is_told_of_our_own_failures_stands_in_the_catalogue() -> None:
    assert set(_TOLD.values()) <= set(SWEDISH)


def test_what_an_operation_has_too_much_of_stands_in_the_catalogue() -> None:
    assert set(MEANINGS) <= set(SWEDISH)


@pytest.mark.parametrize("language", Language)
def test_no_translation_is_itself_translated(language: Language) -> None:
    """Else a text that is told twice would change."""
    assert set(catalogue(language).values()) & set(catalogue(language)) <= IN_BOTH
    assert all(
        spoken(Text(told), language) == told for told in catalogue(language).values() if told not in IN_BOTH
    )


IN_BOTH = {"identifier: {fault}", "Forum: {names}.", "{unit}: {notice}."}
"""Texts that are the same in both languages."""
