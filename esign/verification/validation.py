"""Ask pyHanko for ETSI EN 319 102-1's answer about one signature, and take no other.

Algorithm 5.6.3 (long-term availability) at the time that was asked; no network.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from asn1crypto import crl as asn1_crl
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.poe import KnownPOE, POEType, digest_for_poe
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from esign.asn1 import to_asn1
from esign.errors import CertificateRevoked, ChainInvalid, SignatureDoubtful, Tampered
from esign.verification.sm2_validator import SignatureValidator
from esign.verification.strict_cms import MALFORMED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.x509 import Certificate
    from pyhanko.sign.diff_analysis import DiffPolicy

    from esign.asn1 import Asn1
    from esign.errors import VerificationFailed

_REASONS: Final[dict[object, type[VerificationFailed]]] = {
    AdESFailure.FORMAT_FAILURE: Tampered,
    AdESFailure.HASH_FAILURE: Tampered,
    AdESFailure.SIG_CRYPTO_FAILURE: Tampered,
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: ChainInvalid,
    AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND: Tampered,
    AdESFailure.REVOKED: CertificateRevoked,
    AdESIndeterminate.REVOKED_NO_POE: CertificateRevoked,
    AdESIndeterminate.REVOKED_CA_NO_POE: CertificateRevoked,
}


def validation_rules(
    roots: Sequence[Certificate],
    fresh_lists: Sequence[bytes],
    *,
    held_at: datetime,
    links: Sequence[Certificate] = (),
    reviewed: DiffPolicy,
) -> PdfSignatureValidationSpec:
    """Return what pyHanko is to go by.

    ``held_at`` is when roots and lists were in our hands; pyHanko would take the
    time at which it happens to run. ``links`` lead from a root to another; pyHanko finds
    its own way over them. ``reviewed`` judges what was added to the file since.
    """
    if not roots:
        # pyHanko takes an empty list for a wish to trust the operating system's.
        raise ChainInvalid("no root is trusted")
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=[to_asn1(root) for root in roots]),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        signature_validator=SignatureValidator(),
    )
    lists = [CRLContainer(asn1_crl.CertificateList.load(der)) for der in fresh_lists]
    in_hand = [*fresh_lists, *(each.public_bytes(Encoding.DER) for each in (*roots, *links))]
    held = [_held(der, held_at) for der in in_hand]
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
            # pyHanko judges a root's list only when it finds the root among the
            # certificates as well as among the trusted.
            local_knowledge=LocalKnowledge(
                known_crls=lists,
                known_poes=held,
                known_certs=[to_asn1(each) for each in (*roots, *links)],
            ),
        ),
        diff_policy=reviewed,
    )


def _held(der: bytes, at: datetime) -> KnownPOE:
    return KnownPOE(poe_type=POEType.PROVIDED, digest=digest_for_poe(der), poe_time=at)


def _with_signature(
    rules: PdfSignatureValidationSpec, signature: Asn1, at: datetime
) -> PdfSignatureValidationSpec:
    """Add that the signature and its certificates were in our hands, too."""
    certificates = [signature.signer_cert, *signature.other_embedded_certs]
    held = [_held(certificate.dump(), at) for certificate in certificates]
    spec = rules.signature_validation_spec
    knowledge = replace(spec.local_knowledge, known_poes=[*spec.local_knowledge.known_poes, *held])
    return replace(rules, signature_validation_spec=replace(spec, local_knowledge=knowledge))


def validate(signature: Asn1, rules: PdfSignatureValidationSpec, at: datetime) -> Asn1:
    """Return pyHanko's result of a signature that passed, or raise why it did not."""
    timing = ValidationTimingInfo(
        validation_time=at, best_signature_time=at, point_in_time_validation=True
    )
    try:
        knowing = _with_signature(rules, signature, at)
        result = asyncio.run(ades.ades_lta_validation(signature, knowing, timing))
    except (*MALFORMED, SignatureValidationError) as error:
        raise Tampered("a signature cannot be read") from error
    if result.ades_subindic is not AdESPassed.OK:
        reason = _REASONS.get(result.ades_subindic, SignatureDoubtful)
        raise reason(f"a signature fails: {result.ades_subindic.standard_name}")
    return result
