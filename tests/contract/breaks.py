"""A schema, and every way to change it: what is written instead of what, where, which kind, how bad."""

from __future__ import annotations

SDL = '''
"""A mark on a field."""
directive @mark(text: String = "a", why: String) repeatable on FIELD_DEFINITION | OBJECT

scalar Moment @specifiedBy(url: "https://example.org/moment")

"""Who can be found."""
interface Findable { id: ID! }

"""A patient."""
type Patient implements Findable {
  id: ID!
  "The name."
  name: String!
  nickname: String
  old: String @deprecated(reason: "Use name. Removed after 2026-06-30.")
  older: String @deprecated(reason: "Use name. Removed after 2027-06-30.")
  tags(first: Int = 10, kind: Kind): [String!]
}

type Unit { id: ID! }

union Found = Patient | Unit

enum Kind { WARD CENTRE }

input Filter { name: String, kind: Kind = WARD, limit: Int! = 5 }

input Key { id: ID, number: String }

type Query {
  patient(id: ID, filter: Filter): Patient
  find(key: Key): Found
  seen(at: ID!): Moment
}
'''
BREAKS = {
    # what is written instead of what, the coordinate, the kind, the weight
    "a field removed": ("  nickname: String\n", "", "Patient.nickname", "FIELD_REMOVED", "breaking"),
    "a field's type changed": ("name: String!", "name: Int!", "Patient.name", "FIELD_CHANGED_KIND", "breaking"),
    "a field may be null": (
        '"The name."\n  name: String!',
        '"The name."\n  name: String',
        "Patient.name",
        "FIELD_CHANGED_KIND",
        "breaking",
    ),
    "an enum value removed": ("{ WARD CENTRE }", "{ WARD }", "Kind.CENTRE", "VALUE_REMOVED_FROM_ENUM", "breaking"),
    "an enum value added": (
        "{ WARD CENTRE }",
        "{ WARD CENTRE HOME }",
        "Kind.HOME",
        "VALUE_ADDED_TO_ENUM",
        "dangerous",
    ),
    "an argument became required": (
        "patient(id: ID,",
        "patient(id: ID!,",
        "Query.patient(id:)",
        "ARG_CHANGED_KIND",
        "breaking",
    ),
    "an argument removed": ("kind: Kind)", ")", "Patient.tags(kind:)", "ARG_REMOVED", "breaking"),
    "a required argument added": (
        "find(key: Key)",
        "find(key: Key, at: ID!)",
        "Query.find(at:)",
        "REQUIRED_ARG_ADDED",
        "breaking",
    ),
    "an optional argument added": (
        "find(key: Key)",
        "find(key: Key, at: ID)",
        "Query.find(at:)",
        "OPTIONAL_ARG_ADDED",
        "dangerous",
    ),
    "a default changed": (
        "first: Int = 10",
        "first: Int = 20",
        "Patient.tags(first:)",
        "ARG_DEFAULT_VALUE_CHANGE",
        "dangerous",
    ),
    "a default removed": (
        "first: Int = 10",
        "first: Int",
        "Patient.tags(first:)",
        "ARG_DEFAULT_VALUE_CHANGE",
        "dangerous",
    ),
    "a default added": (
        "patient(id: ID,",
        'patient(id: ID = "1",',
        "Query.patient(id:)",
        "DEFAULT_ADDED",
        "dangerous",
    ),
    "an interface dropped": (
        "type Patient implements Findable",
        "type Patient",
        "Patient",
        "IMPLEMENTED_INTERFACE_REMOVED",
        "breaking",
    ),
    "an interface taken on": (
        "type Unit {",
        "type Unit implements Findable {",
        "Unit",
        "IMPLEMENTED_INTERFACE_ADDED",
        "dangerous",
    ),
    "a union's member removed": (
        "Found = Patient | Unit",
        "Found = Patient",
        "Found",
        "TYPE_REMOVED_FROM_UNION",
        "breaking",
    ),
    "a union's member added": (
        "enum Kind",
        "type Ward { id: ID! }\nextend union Found = Ward\nenum Kind",
        "Found",
        "TYPE_ADDED_TO_UNION",
        "dangerous",
    ),
    "a required input field added": (
        "input Filter {",
        "input Filter { at: ID!,",
        "Filter.at",
        "REQUIRED_INPUT_FIELD_ADDED",
        "breaking",
    ),
    "an optional input field added": (
        "input Filter {",
        "input Filter { at: ID,",
        "Filter.at",
        "OPTIONAL_INPUT_FIELD_ADDED",
        "dangerous",
    ),
    "an input field removed": ("{ name: String,", "{", "Filter.name", "FIELD_REMOVED", "breaking"),
    "an input field became required": (
        "{ name: String,",
        "{ name: String!,",
        "Filter.name",
        "FIELD_CHANGED_KIND",
        "breaking",
    ),
    "an input field's default changed": (
        "Kind = WARD",
        "Kind = CENTRE",
        "Filter.kind",
        "INPUT_FIELD_DEFAULT_VALUE_CHANGE",
        "dangerous",
    ),
    "an input field's default added": (
        "{ name: String,",
        '{ name: String = "x",',
        "Filter.name",
        "DEFAULT_ADDED",
        "dangerous",
    ),
    "exactly one field": ("input Key {", "input Key @oneOf {", "Key", "ONE_OF_ADDED", "breaking"),
    "a type became another kind": (
        "type Unit { id: ID! }",
        "scalar Unit",
        "Unit",
        "TYPE_CHANGED_KIND",
        "breaking",
    ),
    "a scalar's specification": ("org/moment", "org/day", "Moment", "SPECIFICATION_CHANGED", "dangerous"),
    "a type's description removed": ('"""A patient."""', "", "Patient", "DESCRIPTION_REMOVED", "dangerous"),
    "a field's description removed": ('  "The name."\n', "", "Patient.name", "DESCRIPTION_REMOVED", "dangerous"),
    "a deprecation taken back": (
        ' @deprecated(reason: "Use name. Removed after 2027-06-30.")',
        "",
        "Patient.older",
        "DEPRECATION_REMOVED",
        "dangerous",
    ),
    "its day brought forward": (
        "2027-06-30",
        "2027-06-29",
        "Patient.older",
        "REMOVAL_BROUGHT_FORWARD",
        "dangerous",
    ),
    "a directive removed": ("directive @mark", "directive @other", "@mark", "DIRECTIVE_REMOVED", "breaking"),
    "a directive's argument removed": (", why: String)", ")", "@mark(why:)", "DIRECTIVE_ARG_REMOVED", "breaking"),
    "a directive's argument required": (
        "why: String)",
        "why: String!)",
        "@mark(why:)",
        "ARG_CHANGED_KIND",
        "breaking",
    ),
    "a directive's argument added": (
        "why: String)",
        "why: String, who: ID!)",
        "@mark(who:)",
        "REQUIRED_DIRECTIVE_ARG_ADDED",
        "breaking",
    ),
    "a directive's default": (
        'String = "a"',
        'String = "b"',
        "@mark(text:)",
        "ARG_DEFAULT_VALUE_CHANGE",
        "dangerous",
    ),
    "a directive's location removed": (" | OBJECT", "", "@mark", "DIRECTIVE_LOCATION_REMOVED", "breaking"),
    "a directive no longer repeats": (" repeatable", "", "@mark", "DIRECTIVE_REPEATABLE_REMOVED", "breaking"),
}
HARMLESS = {
    "a field added": ("nickname: String\n", "nickname: String\n  age: Int\n", "Patient.age", "added"),
    "a type added": ("enum Kind", "type Ward { id: ID! }\nenum Kind", "Ward", "added"),
    "a field is never null": ("nickname: String\n", "nickname: String!\n", "Patient.nickname", "changed"),
    "an argument may be left out": ("seen(at: ID!)", "seen(at: ID)", "Query.seen(at:)", "changed"),
    "something deprecated": (
        "nickname: String\n",
        'nickname: String @deprecated(reason: "Use name. Removed after 2030-01-01.")\n',
        "Patient.nickname",
        "deprecated",
    ),
}
