"""The certificates that an evidence package carries under ``trust/``, for whoever has none.

Nobody trusts a root for being in a package: the shipped verifier is given one another way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from esign.authorities.directory import ROOT, TSA, notary_name, office_name
from esign.custody.uris import KeyUse, use_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cryptography import x509

    from esign.algorithms import SigningAlgorithm
    from esign.authorities.directory import AuthorityDirectory


def trust_files(
    files: AuthorityDirectory,
    office: str,
    notary: str | None,
    algorithms: Sequence[SigningAlgorithm],
) -> dict[str, bytes]:
    """Return the certificates behind the case's papers, and the root above the time-stamper.

    A root that got another key is there with all of them and with what links them: who
    trusts one of them is to need nothing else. Their lists of now say what was given up
    since the papers were sealed, a stolen time-stamper above all.
    """
    roles = {
        "root": ROOT,
        "office-authority": office_name(office, "authority"),
        "office-seal": office_name(office, "seal"),
        **({"notary": notary_name(office, notary)} if notary else {}),
    }
    named = {"root": ROOT, "time-stamper": TSA} | {
        algorithm.named(file): algorithm.named(role)
        for algorithm in algorithms
        for file, role in roles.items()
    }
    names = {
        file: files.names(role) if use_of(role) is KeyUse.CERTIFY else [files.current(role)]
        for file, role in named.items()
    }
    certificates = {
        f"trust/{file}.pem": as_pem(
            files.certificate(name) for name in found if files.has_certificate(name)
        )
        for file, found in names.items()
    }
    roots = [name for file, found in names.items() if file.endswith("root") for name in found]
    lists = {f"trust/{name}.crl": files.revocation_list(name) for name in roots}
    links = {"trust/links.pem": as_pem(files.links())}
    return {name: content for name, content in (certificates | links | lists).items() if content}


def as_pem(certificates: Iterable[x509.Certificate]) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)
