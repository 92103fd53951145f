"""The protocol (仪式记录) of a ceremony: who, when, what, signed, and printed in two languages."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from esign.keyceremony.refusals import CeremonyRefused, Refusal
from esign.keyceremony.requests import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esign.keyceremony.officers import Credential, Officer

_CONTEXT: Final = b"feigui key ceremony protocol 1\n"
_ACTIONS: Final = {
    "create": ("新建密钥", "a first key was made"),
    "rotate": ("更换密钥", "the key was replaced"),
    "compromise": ("密钥泄露处置", "the key was given up as compromised and replaced"),
    "publish": ("发布吊销列表", "the root's revocation list was published"),
    "retire": ("根密钥停用", "a key of the root was retired with a last revocation list"),
    "add_officer": ("增加密钥管理员", "a key officer was added"),
    "remove_officer": ("撤销密钥管理员", "a key officer was removed"),
}


@dataclass(frozen=True, slots=True)
class Protocol:
    facts: Mapping[str, Any]
    signature: str
    """Ed25519, by the officer who performed the ceremony."""

    @classmethod
    def signed_by(cls, by: Credential, facts: Mapping[str, Any]) -> Protocol:
        return cls(facts, by.sign(_CONTEXT + canonical(facts)))

    def check(self, officer: Officer) -> None:
        """Raise `CeremonyRefused` unless ``officer`` signed this."""
        officer.check(self.signature, _CONTEXT + canonical(self.facts))

    def to_json(self) -> bytes:
        plain = {**self.facts, "signature": self.signature}
        return json.dumps(plain, indent=2, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def from_json(cls, text: bytes) -> Protocol:
        try:
            plain = json.loads(text)
            signature = plain.pop("signature")
        except (ValueError, KeyError, AttributeError, TypeError):
            raise CeremonyRefused(Refusal.REQUEST_UNREADABLE) from None
        return cls(plain, str(signature))

    @property
    def digest(self) -> str:
        return hashlib.sha256(canonical({**self.facts, "signature": self.signature})).hexdigest()

    def printed(self) -> str:
        """Return the protocol for paper and file, Chinese and English side by side."""
        request = self.facts["signed_request"]["request"]
        chinese, english = _ACTIONS[request["action"]]
        approvals = self.facts["signed_request"]["approvals"]
        lines = [
            ("事项", "what", f"{chinese} · {english}"),
            ("对象", "subject", request["subject"]),
            ("理由", "reason", request["reason"]),
            ("泄露始于", "compromised since", request["compromised_at"]),
            ("密钥", "key", request["key"]),
            ("原证书指纹", "certificate before", self.facts["fingerprint_before"]),
            ("现证书指纹", "certificate after", self.facts["fingerprint_after"]),
            *(("批准", "approved", f"{a['officer']}  {a['at']}") for a in approvals),
            ("操作", "performed by", self.facts["performed_by"]),
            ("开始", "begun", self.facts["begun_at"]),
            ("完成", "done", self.facts["done_at"]),
            ("请求摘要", "request", self.facts["request_sha256"]),
            ("记录摘要", "protocol", self.digest),
            ("签名", "signature", self.signature),
        ]
        told = [f"{zh} · {en}: {value}" for zh, en, value in lines if value]
        return "\n".join(["密钥仪式记录 · Protocol of a key ceremony", "", *told, ""])
