"""The program: from the command line to an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

import cryptography
from cryptography import x509

from esign.offline.parts.archives import LARGEST_PACKAGE
from esign.offline.parts.report import Asked
from esign.offline.parts.steps import verify
from esign.offline.parts.telling import as_json, as_lines

OLDEST_LIBRARY = 44  # earlier ones cannot read object identifiers as long as ours


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=timezone(timedelta(hours=8)))


def _list_in(content: bytes) -> x509.CertificateRevocationList:
    if content.startswith(b"-----"):
        return x509.load_pem_x509_crl(content)
    return x509.load_der_x509_crl(content)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="核验公证证据包 · Verify a notarial evidence package"
    )
    parser.add_argument("package", type=Path, help="证据包 · the package (ZIP)")
    parser.add_argument(
        "--root",
        type=Path,
        action="append",
        default=[],
        help="所信任的根证书，可多次给出 · trusted root certificate (PEM), once for each",
    )
    parser.add_argument(
        "--party-root",
        type=Path,
        action="append",
        default=[],
        help="为当事人签发证书的其他机构的根证书 · root of an outside authority of parties (PEM)",
    )
    parser.add_argument(
        "--link",
        type=Path,
        action="append",
        default=[],
        help="根证书换代链接 · certificates by which keys of a root vouch for each other (PEM)",
    )
    parser.add_argument(
        "--crl",
        type=Path,
        action="append",
        default=[],
        help="更新的吊销列表，可多次给出 · newer revocation list (DER or PEM), once for each",
    )
    parser.add_argument("--log-key", metavar="VKEY", help="透明日志公钥 · verifier key of the log")
    parser.add_argument(
        "--witness-key",
        metavar="VKEY",
        action="append",
        default=[],
        help="见证透明日志者的公钥，可多次给出 · verifier key of a witness of the log, once for each",
    )
    parser.add_argument(
        "--at",
        type=_moment,
        metavar="TIME",
        help="核验时刻，默认现在 · judge for this time (ISO 8601; default now)",
    )
    parser.add_argument("--lang", choices=("zh", "en"), help="只用一种语言 · one language only")
    parser.add_argument("--json", action="store_true", help="机器可读 · for machines")
    wanted = parser.parse_args(arguments)
    if int(cryptography.__version__.split(".")[0]) < OLDEST_LIBRARY:
        parser.error(
            f"需要 cryptography {OLDEST_LIBRARY} 以上 · needs cryptography {OLDEST_LIBRARY}"
        )
    try:
        with wanted.package.open("rb") as file:
            package = file.read(LARGEST_PACKAGE + 1)
        roots, party_roots, links = (
            [each for path in paths for each in x509.load_pem_x509_certificates(path.read_bytes())]
            for paths in (wanted.root, wanted.party_root, wanted.link)
        )
        lists = [_list_in(path.read_bytes()) for path in wanted.crl]
    except (OSError, ValueError) as error:
        parser.error(f"不可读 · cannot be read: {error}")
    at = wanted.at or datetime.now(timezone.utc)
    asked = Asked(package, at, roots, wanted.log_key, party_roots, links, lists, wanted.witness_key)
    steps = verify(asked)
    if isinstance(getattr(sys.stdout, "encoding", None), str) and hasattr(
        sys.stdout, "reconfigure"
    ):
        sys.stdout.reconfigure(encoding="utf-8")
    print(as_json(steps, asked) if wanted.json else "\n".join(as_lines(steps, wanted.lang or "")))
    return 1 if any(step.faults for step in steps) else 0


if __name__ == "__main__":
    sys.exit(main())
