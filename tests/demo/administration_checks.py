"""What the tabs on the administration say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def two_routes(data: Any) -> None:
    assert [one["role"] for one in data["viewer"]["roles"]["nodes"]] == ["LOCAL_PERMISSION_ADMINISTRATOR"]
    [municipal], [regional] = data["municipal"]["nodes"], data["regional"]["nodes"]
    local, central = municipal["permissionRoute"], regional["permissionRoute"]
    assert (local["kind"], local["owner"], local["form"]) == ("LOCAL", "Södertälje kommun", None)
    assert local["listedAs"] == "samtliga kommuner i Stockholms län"
    assert {one["role"] for one in local["steps"][0]["holders"]} == {
        "LOCAL_OBJECT_SPECIALIST",
        "SUPER_USER",
        "LOCAL_PERMISSION_ADMINISTRATOR",
    }
    assert (central["kind"], central["owner"]) == ("CENTRAL", "Samverkan vid vårdövergångar")
    assert central["form"]["name"] == "blankett för beställning av behörighet"
    assert [one["source"]["fact"] for one in municipal["supportRoute"]["steps"]] == ["S26", "S27"]
    [direct] = regional["supportRoute"]["steps"]
    assert (direct["source"]["fact"], direct["contact"]["phone"]) == ("S28", None)
    assert direct["missing"] == "Källan anger varken nummer eller adress; länkens mål saknas."


def not_connected(data: Any) -> None:
    [objection] = data["connectUnit"]["objections"]
    assert (objection["code"], objection["source"]["fact"]) == ("NO_CARE_AGREEMENT", "S7")
    assert [one["name"] for one in objection["call"]] == [
        "Serviceförvaltningens servicedesk",
        "Serviceförvaltningens it-portal",
    ]


def agreed(data: Any) -> None:
    answer = data["registerCareAgreement"]
    assert (answer["__typename"], answer["replayed"]) == ("CareAgreementRegistered", False)
    assert answer["agreement"]["organisation"]["name"] == "Region Stockholm"


def checked(data: Any) -> None:
    region = data["region"]
    assert [one["verdict"] for one in region["windows"]["requirements"]] == ["CANNOT_TELL", "CANNOT_TELL"]
    assert [one["verdict"] for one in region["mac"]["requirements"]] == ["NOT_TESTED", "NOT_MET"]
    assert region["windows"]["latestAsOf"] is None
    assert (region["training"]["demanded"], region["training"]["historic"]) == (False, True)
    assert region["administration"]["processor"]["processor"] == "hälso- och sjukvårdsnämnden (HSN)"


def drawn(data: Any) -> None:
    found = data["accessLogSample"]
    assert [one["id"] for one in found[:2]] == list(DRAWN)
    assert {one["act"] for one in found} <= {"CREATE", "UPDATE"}
    assert all(one["patient"]["familyName"] and one["staff"]["name"] for one in found)
    assert [one["reviews"]["nodes"] for one in found] == [[], [], []]


def reviewed(data: Any) -> None:
    answer = data["reviewAccess"]
    assert (answer["__typename"], answer["replayed"]) == ("AccessReviewed", False)
    assert {(one["entry"]["id"], one["finding"]) for one in answer["reviews"]} == {
        (one, "NO_REMARK") for one in DRAWN
    }
    assert {one["by"]["title"] for one in answer["reviews"]} == {"Logggranskare"}


DRAWN = ("access_9da2b9725d745967be7a42c403ca6fa2", "access_9e4f6e9d9bb35a058a0af2cf0dce0a9c")

ADMINISTRATION_CHECKS: dict[str, Callable[[Any], None]] = {
    "RoutesOfTwoUnits": two_routes,
    "ConnectWithoutAgreement": not_connected,
    "RegisterAgreement": agreed,
    "ClientCheck": checked,
    "DrawSample": drawn,
    "ReviewDrawn": reviewed,
}
