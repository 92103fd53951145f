"""The records: ceremony, evidence, audit, consents, materials."""

from __future__ import annotations

import json
from typing import Any

from cryptography import x509

from esign.offline.parts.certificates import EVIDENCE, name_of
from esign.offline.parts.der import INTEGER, OCTETS, body, inside
from esign.offline.parts.digests import sha256
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.plain_json import canonical
from esign.offline.parts.report import Asked, Found, Step

ZEROS = "0" * 64


def check_links(links: Any, code: str, where: str) -> int:
    """Check a hash chain; a withheld link keeps its place and hash. Returns how many are withheld."""
    before, withheld = ZEROS, 0
    require(isinstance(links, list) and links, code, where)
    for index, link in enumerate(links):
        require(link["index"] == index and link["prev"] == before, code, f"{where} {index}")
        if link.get("withheld") is True:
            require(set(link) == {"index", "prev", "hash", "withheld"}, code, f"{where} {index}")
            withheld += 1
        else:
            hashed = sha256(canonical({name: link[name] for name in link if name != "hash"})).hex()
            require(link["hash"] == hashed, code, f"{where} {index}")
        before = link["hash"]
    return withheld


def step_ceremony(step: Step, _: Asked, found: Found) -> None:
    names = [name for name in sorted(found.files) if name.startswith("ceremony/")]
    recorded: list[dict[str, Any]] = []
    for name in names:
        ceremony = found.json(name)
        require(ceremony["case"] == found.about["case"], "ceremony_chain", name, "of another case")
        withheld = check_links(ceremony["links"], "ceremony_chain", name)
        require(not withheld, "ceremony_chain", name, "withheld")
        found.links[name] = ceremony["links"]
        recorded += [
            {"ceremony": ceremony["ceremony"], **link["body"]}
            for link in ceremony["links"]
            if link["kind"] == "segment"
        ]
        step.shows(
            f"{name}：{len(ceremony['links'])} 环完整",
            f"{name}: {len(ceremony['links'])} links hold",
        )
    keys = (
        "ceremony",
        "participant",
        "index",
        "starts_ms",
        "ends_ms",
        "sha256",
        "bytes",
        "media_type",
    )
    chained = ("ceremony", "by", "segment", "starts_ms", "ends_ms", "sha256", "size", "media_type")
    listed = found.json("recording.json")
    told = [[each[key] for key in keys] for each in listed]
    require(
        told == [[each[key] for key in chained] for each in recorded],
        "recording_differs",
        "recording.json",
    )
    for each in listed:
        if each["file"] is not None:
            held = sha256(found.files.get(each["file"], b"")).hex()
            require(held == each["sha256"], "recording_differs", each["file"])
    here = sum(each["file"] is not None for each in listed)
    step.shows(
        f"{len(listed)} 段录像，其中 {here} 段随包",
        f"{len(listed)} segments of recording, {here} of them here",
    )


def step_evidence(step: Step, _: Asked, found: Found) -> None:
    checks = found.json("identity/checks.json")
    stated = set()
    for number, check in enumerate(checks):
        if check.get("withheld") is not True:
            held = sha256(
                json.dumps(check["evidence"], sort_keys=True, separators=(",", ":")).encode()
            ).hex()
            require(
                held == check["evidence_sha256"],
                "identity_digest",
                f"identity/checks.json {number}",
            )
        stated.add(check["evidence_sha256"])
    if found.deed is None:
        return
    heads = {ZEROS} | {link["hash"] for links in found.links.values() for link in links}
    for signature in found.deed.signatures:
        where = f"{signature.where} {name_of(signature.signer)}"
        try:
            raw = signature.signer.extensions.get_extension_for_oid(
                x509.ObjectIdentifier(EVIDENCE)
            ).value
        except x509.ExtensionNotFound as error:
            raise Fault("evidence_missing", where) from error
        identity, ceremony, document = (
            body(v) for v in inside(raw.public_bytes(), INTEGER, OCTETS, OCTETS, OCTETS)[1:]
        )
        require(identity.hex() in stated, "evidence_identity", where)
        require(ceremony.hex() in heads, "evidence_ceremony", where)
        require(found.deed.pdf.has_state(document), "evidence_document", where)
        step.shows(
            f"{where}：身份核验、录像位置、文书一致",
            f"{where}: identity check, point of recording and document agree",
        )


def step_audit(step: Step, _: Asked, found: Found) -> None:
    links, about = found.json("audit/events.json"), found.about
    withheld = check_links(links, "audit_chain", "audit/events.json")
    told = [link for link in links if not link.get("withheld")]
    own = all(
        (link["body"]["case"], link["body"]["office"]) == (about["case"], about["office"])
        for link in told
    )
    require(own, "audit_other_case", "audit/events.json")
    step.shows(
        f"{len(links)} 环完整，其中 {withheld} 环只列哈希",
        f"{len(links)} links hold, {withheld} of them by hash only",
    )
    objects: dict[str, list[tuple[Any, Any]]] = {link["kind"]: [] for link in told}
    for link in told:
        objects[link["kind"]].append(
            (link["body"].get("fact:certificate"), link["body"].get("fact:object"))
        )
    sealed = sha256(found.files.get("certificate.pdf", b"")).hex()
    named = (about["certificate"], about["sealed_sha256"]) in objects.get("sealed", [])
    require(sealed == about["sealed_sha256"] and named, "certificate_other", "certificate.pdf")
    if about["deed_sha256"] is not None:
        signed = sha256(found.files.get("deed.pdf", b"")).hex()
        made = [
            link["body"].get("object")
            for links_ in found.links.values()
            for link in links_
            if link["kind"] == "deed_signed"
        ]
        named = any(digest == signed for _, digest in objects.get("deed_signed", []))
        require(
            signed == about["deed_sha256"] and named and signed in made, "deed_other", "deed.pdf"
        )


def step_people(step: Step, _: Asked, found: Found) -> None:
    consents = found.json("consents.json")
    for consent in consents:
        held = sha256(found.files.get(consent["file"], b"")).hex()
        require(held == consent["text_sha256"], "consent_text", consent["file"])
    materials = found.json("materials.json")
    for material in materials:
        if material["file"] is not None:
            held = sha256(found.files.get(material["file"], b"")).hex()
            require(held == material["sha256"], "material_differs", material["file"])
    step.shows(
        f"{len(consents)} 份同意书文本与当时所示一致，{len(materials)} 项材料",
        f"{len(consents)} consents with the text that was shown, {len(materials)} materials",
    )
