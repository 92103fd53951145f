"""From the application to the package, in an office that signs by SM2 alone, and in one by both."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from esign.algorithms import SigningAlgorithm
from esign.asn1 import to_asn1
from esign.authorities.directory import ROOT
from esign.custody.log_signer import log_key
from esign.offline import verify
from esign.sm.certificates import is_by_sm2
from esign.trust import trusted_roots
from esign.verification.sm2_validator import SignatureValidator
from server.cases.ids import OfficeId
from server.catalogue.rule_packs import SignatureAlgorithm
from server.wiring.work import registry
from tests.functional.package.conftest import package_of
from tests.functional.package.kit import OFFICE, Kit, flipped, unpacked
from tests.functional.package.offices import signing_by
from tests.functional.package.sealed_case import begun_case
from tests.functional.package.verifying import judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.functional.case.staging import Staging
    from tests.functional.package.verifying import Isolated
    from tests.servers.whole import Whole

P256, SM2 = SignatureAlgorithm.P256, SignatureAlgorithm.SM2


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate that was issued, and what the office has for whoever asks."""

    whole: Whole
    case: Staging
    kit: Kit
    algorithms: tuple[SignatureAlgorithm, ...]

    @property
    def document(self) -> bytes:
        return self.kit.files["certificate.pdf"]

    @property
    def roots(self) -> list[x509.Certificate]:
        return trusted_roots(self.whole.platform.parts.authorities)

    def ask(self, path: str, content: bytes | None = None) -> dict[str, Any]:
        """Ask as anybody does, without an account."""
        client = self.whole.platform.app.test_client()
        response = (
            client.get(f"/v1/verification{path}")
            if content is None
            else client.post(
                f"/v1/verification{path}", data=content, content_type="application/pdf"
            )
        )
        assert response.status_code == 200, response.data
        told: dict[str, Any] = response.get_json()
        return told


@pytest.fixture(scope="module", params=[(SM2,), (P256, SM2)], ids=["sm2", "both"])
def issued(whole: Whole, request: pytest.FixtureRequest) -> Iterator[Issued]:
    with signing_by(whole, OfficeId(OFFICE), request.param) as own:
        case = begun_case(own).issue()
        parts = own.platform.parts
        registry(parts)["log.publish"].run()
        package = package_of(case, case.notary)
        kit = Kit(
            package=package,
            of_party=package,
            of_another=package,
            notary=case.notary.account,
            parts=parts,
        )
        yield Issued(whole=own, case=case, kit=kit, algorithms=request.param)


def test_everybody_signs_with_each_algorithm_of_the_office(issued: Issued) -> None:
    report = issued.whole.platform.parts.signing.verify(issued.document)
    assert len(report.signatures) == 2 * len(issued.algorithms)
    reader = PdfFileReader(BytesIO(issued.document))
    kinds = [is_by_sm2(_signer(each)) for each in reader.embedded_regular_signatures]
    assert kinds.count(True) == 2
    deed = PdfFileReader(BytesIO(issued.kit.files["deed.pdf"]))
    assert len(deed.embedded_regular_signatures) == len(issued.algorithms)


def _signer(signature: Any) -> x509.Certificate:  # noqa: ANN401  # pyHanko's
    return x509.load_der_x509_certificate(signature.signer_cert.dump())


def test_pyhanko_accepts_it_once_it_is_lent_sm2(issued: Issued) -> None:
    files = issued.whole.platform.parts.authorities
    reader = PdfFileReader(BytesIO(issued.document), strict=True)
    for signature in reader.embedded_regular_signatures:
        context = ValidationContext(
            trust_roots=[to_asn1(root) for root in issued.roots],
            other_certs=[
                to_asn1(files.certificate(algorithm.named(f"office.{OFFICE}.authority")))
                for algorithm in SigningAlgorithm
            ],
            crls=[asn1_crl.CertificateList.load(each) for each in files.published_lists()],
            signature_validator=SignatureValidator(),
            allow_fetching=False,
            revocation_mode="require",
        )
        status = validate_pdf_signature(signature, context)
        assert status.bottom_line, status.pretty_print_details()
        assert status.modification_level <= ModificationLevel.FORM_FILLING


def test_anybody_who_asks_is_told_that_it_is_valid(issued: Issued) -> None:
    public_id = issued.kit.json("manifest.json")["about"]["public_id"]
    assert issued.ask(f"/certificates/{public_id}")["status"] == "valid"
    assert issued.ask("/documents", issued.document)["status"] == "valid"
    middle = len(issued.document) // 2
    altered = issued.ask("/documents", flipped(issued.document, middle))
    assert altered["status"] != "valid"


def test_the_package_is_accepted_where_nobody_knows_us(issued: Issued, isolated: Isolated) -> None:
    key = str(log_key(issued.whole.platform.parts.authorities))
    for number, root in enumerate(issued.roots):
        path = isolated.folder / f"root-{number}.pem"
        path.write_bytes(root.public_bytes(Encoding.PEM))
    options = [part for n in range(len(issued.roots)) for part in ("--root", f"root-{n}.pem")]
    assert isolated.judge(issued.kit.package, *options, "--log-key", key) == (0, [])
    assert issued.kit.json("manifest.json")["about"]["algorithms"].split() == [
        str(each) for each in issued.algorithms
    ]


def test_its_seal_is_by_sm2_and_its_own_roots_are_in_it(issued: Issued) -> None:
    seal = verify.read_cms(issued.kit.files["manifest.p7s"])
    assert seal.algorithm in verify.SM2_SIGNS
    assert all(map(is_by_sm2, seal.certificates))
    assert judged(issued.kit.package, roots=[]) == []


def test_without_the_root_of_either_algorithm_nothing_is_accepted(issued: Issued) -> None:
    files = issued.whole.platform.parts.authorities
    p256 = files.certificate(ROOT)
    sm2 = files.certificate(SigningAlgorithm.SM2.named(ROOT))
    # The seal and the papers lead to the one, the time-stamps to the other.
    for known in (p256, sm2):
        faults = judged(issued.kit.package, roots=[known])
        assert set(faults) == {"chain_broken"}


def altered_signature(kit: Kit) -> bytes:
    seal = kit.files["manifest.p7s"]
    made = verify.read_cms(seal).signature
    return kit.altered("manifest.p7s", lambda c: flipped(c, c.index(made) + len(made) - 1))


def altered_list(kit: Kit) -> bytes:
    seal = kit.files["manifest.p7s"]
    listed = next(each for each in verify.read_cms(seal).lists if is_by_sm2(each))
    der = listed.public_bytes(Encoding.DER)
    return kit.altered("manifest.p7s", lambda c: flipped(c, c.index(der) + len(der) - 1))


def altered_authority(kit: Kit) -> bytes:
    seal = kit.files["manifest.p7s"]
    authority = verify.read_cms(seal).certificates[-2]
    der = authority.public_bytes(Encoding.DER)
    return kit.altered("manifest.p7s", lambda c: flipped(c, c.index(der) + len(der) - 1))


def sealed_by_the_other(kit: Kit) -> bytes:
    return kit.resealed({})


def another_content(kit: Kit) -> bytes:
    return kit.altered("recording.json", lambda content: content + b" ")


def said_to_be_by_one(kit: Kit) -> bytes:
    about = kit.json("manifest.json")["about"]
    fewer = {"p256 sm2": "sm2", "sm2": "p256 sm2"}[about["algorithms"]]
    return kit.resealed({}, about={"algorithms": fewer}, algorithm=SigningAlgorithm.SM2)


@pytest.mark.parametrize(
    ("alter", "faults"),
    [
        # The last octet of the seal's SM2 signature.
        (altered_signature, ["seal_wrong"]),
        # A list whose SM2 signature does not hold tells nothing.
        (altered_list, ["revocation_unknown"]),
        # An authority that the SM2 root did not certify.
        (altered_authority, ["chain_broken"]),
        # The office's seal of the other algorithm, genuine as it is.
        (sealed_by_the_other, ["algorithm_other"]),
        # A file that is not the one of the manifest.
        (another_content, ["file_digest"]),
        # A manifest that keeps silent about one of two signatures, or tells of one that is not.
        (said_to_be_by_one, ["algorithm_other", "algorithm_other"]),
    ],
)
def test_an_altered_package_by_sm2_is_refused_for_its_reason(
    issued: Issued,
    alter: Callable[[Kit], bytes],
    faults: list[str],
) -> None:
    assert judged(alter(issued.kit), roots=issued.roots) == faults


def test_a_byte_of_a_paper_is_noticed_under_a_manifest_that_fits_it(issued: Issued) -> None:
    changed = flipped(issued.document, len(issued.document) // 3)
    about = {"sealed_sha256": verify.sha256(changed).hex()}
    package = issued.kit.resealed(
        {"certificate.pdf": changed}, about=about, algorithm=SigningAlgorithm.SM2
    )
    faults = judged(package, roots=issued.roots)
    assert {"signature_wrong", "stamp_wrong", "pdf_form", "pdf_changed"} & set(faults)
    assert "certificate.pdf" in unpacked(package)
