"""The package itself: its form, its manifest, its files, its seal."""

from __future__ import annotations

import re

from cryptography import x509

from esign.offline.parts.archives import LARGEST_PACKAGE, read_zip
from esign.offline.parts.certificates import SKEW, der_of, name_of, spki_of
from esign.offline.parts.chains import Proof, led_to
from esign.offline.parts.cms import read_cms
from esign.offline.parts.digests import has_sm3, sha256, sm3
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.plain_json import canonical, read_json
from esign.offline.parts.report import Asked, Found, Step, shown
from esign.offline.parts.signatures import kind_of_key
from esign.offline.parts.stamps import check_existed, check_signer

PARTY_ROOTS = "trust/party-roots.pem"
OWN_ROOTS = ("trust/root.pem", "trust/sm2.root.pem")
LINKS = "trust/links.pem"
LISTS = re.compile(r"trust/(?:sm2\.)?root(?:\.[0-9]+)?\.crl")
FORMAT = "feigui.evidence-package/1"


def step_container(step: Step, asked: Asked, found: Found) -> None:
    require(len(asked.package) <= LARGEST_PACKAGE, "too_large")
    found.files = read_zip(asked.package)
    step.shows(f"{len(found.files)} 个文件，均未压缩", f"{len(found.files)} files, all stored")


def step_manifest(step: Step, _: Asked, found: Found) -> None:
    require("manifest.json" in found.files, "manifest_missing")
    raw = found.files["manifest.json"]
    try:
        manifest = read_json(raw, "manifest.json")
        is_canonical = canonical(manifest) == raw
    except Fault as fault:
        raise Fault("manifest_form", "manifest.json", fault.more) from fault
    shape = isinstance(manifest, dict) and set(manifest) == {"about", "files", "format", "left_out"}
    require(
        is_canonical and shape and manifest["format"] == FORMAT, "manifest_form", "manifest.json"
    )
    found.manifest = manifest
    step.shows(f"公证书编号 {found.about['number']}", f"certificate number {found.about['number']}")
    for each in manifest["left_out"]:
        step.notes_that(f"未提供：{each['zh']}（{each['citation']}）", f"left out: {each['en']}")


def step_files(step: Step, _: Asked, found: Found) -> None:
    listed = found.manifest["files"]
    present = set(found.files) - {"manifest.json", "manifest.p7s"}
    step.faults += [Fault("file_missing", name) for name in sorted(set(listed) - present)]
    step.faults += [Fault("file_undeclared", name) for name in sorted(present - set(listed))]
    with_sm3 = has_sm3()
    for name in sorted(present & set(listed)):
        content, stated = found.files[name], listed[name]
        same = (len(content), sha256(content).hex()) == (stated["bytes"], stated["sha256"])
        if not (same and (not with_sm3 or sm3(content).hex() == stated["sm3"])):
            step.faults.append(Fault("file_digest", name))
    step.shows(
        f"{len(listed)} 个文件的大小、SHA-256 和 SM3",
        f"size, SHA-256 and SM3 of {len(listed)} files",
    )
    if not with_sm3:
        step.notes_that(
            "此 Python 没有 SM3，未核对 SM3", "this Python has no SM3: SM3 was not checked"
        )


def step_trust(step: Step, asked: Asked, found: Found) -> None:
    trusted = list(asked.roots)
    if not trusted:
        # One root for each algorithm; that of the time-stamps is always among them.
        carried = [found.files[name] for name in OWN_ROOTS if name in found.files]
        require(carried, "root_missing")
        trusted = x509.load_pem_x509_certificates(b"\n".join(carried))
        step.notes_that(
            "！根证书取自证据包本身：只能证明包内自洽。请从公证机构另行取得根证书，用 --root 指定。",
            "! The root is the package's own: this proves only that the package agrees with itself. "
            "Get the root from the office another way and pass it with --root.",
        )
    found.party_roots = list(asked.party_roots)
    if not found.party_roots and PARTY_ROOTS in found.files:
        found.party_roots = x509.load_pem_x509_certificates(found.files[PARTY_ROOTS])
        step.notes_that(
            "！当事人证书由其他机构签发，其根证书取自证据包：仅由公证机构盖章担保。"
            "可另行取得后用 --party-root 指定。",
            "! Another authority certified parties; its root is the package's, for which only the "
            "office's seal vouches. Get it another way and pass it with --party-root.",
        )
    # Untrusted: a link counts where a trusted root made it, a list where its issuer did.
    links = [*asked.links]
    if LINKS in found.files:
        links += x509.load_pem_x509_certificates(found.files[LINKS])
    carried_lists = [name for name in sorted(found.files) if LISTS.fullmatch(name)]
    found.lists = [*asked.lists, *(x509.load_der_x509_crl(found.files[n]) for n in carried_lists)]
    found.roots = led_to(trusted, links, found.lists)
    for link in [each for each in found.roots if each not in trusted]:
        digest = sha256(der_of(link)).hex()
        step.shows(
            f"根证书换代链接 {name_of(link)}，SHA-256 {digest}",
            f"link to another key of the root {name_of(link)}, SHA-256 {digest}",
        )
    for root in [*trusted, *found.party_roots]:
        digest = sha256(der_of(root)).hex()
        step.shows(
            f"根证书 {name_of(root)}，SHA-256 {digest}", f"root {name_of(root)}, SHA-256 {digest}"
        )


def step_seal(step: Step, asked: Asked, found: Found) -> None:
    require("manifest.p7s" in found.files, "seal_missing")
    try:
        seal = check_signer(
            read_cms(found.files["manifest.p7s"]),
            found.files["manifest.json"],
            Proof(found.roots, lists=found.lists),
            "manifest.p7s",
        )
    except Fault as fault:
        code = "seal_wrong" if fault.code in {"signature_wrong", "cms_form"} else fault.code
        raise Fault(code, f"manifest.p7s {fault.where}".strip(), fault.more) from fault
    # Nothing covers the seal: of a stolen stamper, a new package is asked for.
    check_existed(seal.stamp, [], "manifest.p7s")
    require(seal.role == "office_seal", "seal_role", "manifest.p7s", seal.role)
    # A package has one seal: by SM2 wherever that is asked for.
    stated = found.algorithms
    wanted = "sm2" if "sm2" in stated else "p256"
    kind = kind_of_key(spki_of(seal.signer))
    require(not stated or kind == wanted, "algorithm_other", "manifest.p7s", kind)
    require(seal.at <= asked.at + SKEW, "stamp_future", "manifest.p7s", asked.at.isoformat())
    # No archive time-stamp carries this one on: it holds as long as its own certificate.
    until = seal.stamp.by.not_valid_after_utc
    require(asked.at <= until, "archive_expired", "manifest.p7s", until.isoformat())
    found.seal = seal
    step.shows(
        f"{name_of(seal.signer)} 于 {shown(seal.at)} 盖章",
        f"sealed by {name_of(seal.signer)} at {shown(seal.at)}",
    )
