"""Where a rule comes from: documents, the facts in them, and the source that a refusal quotes."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, model_validator

from lifecare_gql.domain.lifetimes import Lifetime
from lifecare_gql.domain.texts import Said
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import FactUse


@value
class Unsaid:
    """Something that a document does not say, and why the field is therefore empty."""

    field: str = Field(description="The name of the empty field.")
    reason: Said = Field(description="Why it is empty.")


@value
class Document:
    """A source document of a region (rutin, anvisning, webbsida), as it describes itself."""

    key: str = Field(pattern=r"^[a-z0-9-]+$", description="Stable key of the document within its region.")
    title: str = Field(description="The title, verbatim (dokumentets titel).")
    kind: str | None = Field(default=None, description="The document type, verbatim (dokumenttyp).")
    publisher: str | None = Field(default=None, description="Who published it (utgivare).")
    status: str | None = Field(default=None, description="The status, verbatim (Fastställd av), e.g. EJ BESLUTAD.")
    decided: bool | None = Field(default=None, description="False when it says EJ BESLUTAD; null when not stated.")
    version: str | None = Field(default=None, description="The version, verbatim.")
    date: dt.date | None = Field(default=None, description="The date of the document (datum).")
    last_changed: dt.date | None = Field(default=None, description="When it was last changed (senast ändrad).")
    fact_checked: dt.date | None = Field(default=None, description="When it was fact-checked (faktagranskad).")
    address: str | None = Field(default=None, description="The address that the document itself gives.")
    valid_from: dt.date | None = Field(default=None, description="From which day it holds (gäller från).")
    valid_to: dt.date | None = Field(default=None, description="The last day on which it holds (gäller till).")
    owner: str | None = Field(
        default=None, description="The role that answers for it, never a person (dokumentansvarig)."
    )
    superseded_by: str | None = Field(
        default=None, description="Key of the document that replaces it, if historic."
    )
    unsaid: tuple[Unsaid, ...] = Field(default=(), description="What the document does not say, and the reason.")


@value
class Quote:
    """A verbatim passage of a document."""

    section: str = Field(description="The heading it stands under (avsnitt).")
    text: str = Field(min_length=1, description="The passage, verbatim in Swedish.")


@value
class Fact:
    """One numbered fact of a source document and what this product does with it."""

    id: str = Field(pattern=r"^[A-Z][0-9]{1,3}$", description="The fact's number, e.g. H10.")
    document: str = Field(description="Key of the document.")
    statement: str = Field(description="What the fact says, in English.")
    quotes: tuple[Quote, ...] = Field(min_length=1, description="The passages it rests on, verbatim.")
    use: FactUse = Field(description="How it is used.")
    used_by: tuple[str, ...] = Field(default=(), description="The routine, computation or view that uses it.")
    note: str | None = Field(default=None, description="A contradiction, a gap or a reading of ours.")
    lifetime: Lifetime | None = Field(
        default=None,
        description="Its own time and keeper, where the document does not say it for all (giltighet).",
    )


@value
class PublicSource:
    """A public page or printed text beside a region's own source documents (offentligt tillägg).

    Such pages were read as excerpts: what is taken from them is shown with its source, never enforced.
    """

    id: str = Field(pattern=r"^P[0-9]{1,3}$", description="The source's number, e.g. P11.")
    title: str = Field(description="The title (titel).")
    address: str | None = Field(
        default=None, description="The address, shortened by … where it is long; null when not known (adress)."
    )
    supplement: bool = Field(
        default=True, description="True: it is no source document of a region (offentligt tillägg)."
    )
    secondary: bool = Field(
        default=False, description="Whether it only repeats what another source says (sekundär källa)."
    )


@value
class Statement:
    """One thing that a public page says, and whether its own words were read."""

    key: str = Field(pattern=r"^[A-Z]{2}[0-9]{1,2}$", description="The statement's number, e.g. HP1.")
    says: str = Field(description="What it says, in English.")
    section: str | None = Field(default=None, description="The heading it stands under; null when not read.")
    quote: str | None = Field(default=None, description="The sentence, verbatim in Swedish; null when not read.")
    unquoted: str | None = Field(default=None, description="Why there is no quote, in Swedish.")

    @model_validator(mode="after")
    def _quoted_or_explained(self) -> Statement:
        if (self.quote is None) == (self.unquoted is None):
            raise ValueError(f"{self.key} must have either a quote or a reason why there is none")
        return self


@value
class Supplement:
    """What a rule rests on when that is no source document of the region (offentligt tillägg)."""

    statement: Statement = Field(description="What the page says.")
    source: PublicSource = Field(description="The page.")


@value
class Source:
    """What a refusal quotes: one passage and the document it stands in."""

    region: str = Field(description="Code of the region.")
    fact: str = Field(description="The fact's number.")
    document: str = Field(description="The document's title.")
    section: str = Field(description="The heading of the passage (avsnitt).")
    version: str | None = Field(description="The document's version; null when not stated.")
    status: str | None = Field(description="The document's status; null when not stated.")
    date: dt.date | None = Field(description="The document's date; null when not stated.")
    last_changed: dt.date | None = Field(description="When the document was last changed; null when not stated.")
    quote: str = Field(description="The sentence, verbatim in Swedish.")


def source_of(region: str, fact: Fact, document: Document) -> Source:
    """The source that a rule resting on `fact` quotes: its first passage."""
    quote = fact.quotes[0]
    return Source(
        region=region,
        fact=fact.id,
        document=document.title,
        section=quote.section,
        version=document.version,
        status=document.status,
        date=document.date,
        last_changed=document.last_changed,
        quote=quote.text,
    )
