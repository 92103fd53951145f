"""What can be wrong, by code, and what people are told of it."""

from __future__ import annotations

_FAULTS = """
zip_form | 不是本格式的 ZIP 文件，或含有多余字节 | not a ZIP of this form, or with extra bytes
zip_compressed | 条目被压缩或加密（可能是压缩炸弹） | an entry is compressed or encrypted (a zip bomb?)
zip_path | 条目名会离开解包目录 | an entry's name leaves the folder it is unpacked to
zip_duplicate | 同名条目出现两次 | two entries have the same name
zip_crc | 条目的 CRC-32 不符 | an entry does not have its CRC-32
too_large | 文件过大，不予读取 | the file is too large to be read
manifest_missing | 缺少 manifest.json | manifest.json is missing
manifest_form | 清单不是规范 JSON (RFC 8785)，或内容不符合格式 | the manifest is not canonical JSON (RFC 8785) or not of this form
file_missing | 清单所列文件缺失 | a file that the manifest lists is missing
file_undeclared | 文件未列入清单 | a file is not in the manifest
file_digest | 文件与清单中的大小、SHA-256 或 SM3 不符 | a file has not the size, SHA-256 or SM3 of the manifest
seal_missing | 清单没有公证机构电子印章 (manifest.p7s) | the manifest lacks the office's seal (manifest.p7s)
seal_wrong | 清单上的电子印章不成立：清单被改动或签名不真实 | the seal over the manifest does not hold: rewritten, or not genuine
seal_role | 清单不是由公证机构印章签署 | the manifest was not signed by an office's seal
root_missing | 没有可信任的根证书 | there is no root certificate to trust
chain_broken | 证书链不能到达所信任的根 | no certificate chain leads to a trusted root
chain_time | 证书在使用时不在有效期内 | a certificate was not valid at the time of use
chain_usage | 证书不得用于此用途 | a certificate may not be used for this
chain_mixed | 证书链中途改变了算法（SM2 与其他算法混用） | a chain changes between SM2 and another algorithm
revoked | 证书在使用时已被吊销 | a certificate had been revoked when it was used
revocation_unknown | 没有覆盖使用时刻的吊销信息 | nothing tells about revocation at the time of use
cms_form | 签名结构 (CMS) 不可读 | a signature (CMS) cannot be read
signature_wrong | 签名不成立 | a signature does not hold
algorithm_unknown | 本程序不能核验该算法 | this program cannot check the algorithm
algorithm_other | 签名算法与清单所载的不同 | signed by another algorithm than the manifest says
stamp_missing | 签名没有时间戳 | a signature has no time-stamp
stamp_wrong | 时间戳不成立或不属于该签名 | a time-stamp does not hold or is of something else
stamp_future | 时间戳晚于核验时刻 | a time-stamp is later than the time that was asked about
stamper_stolen | 时间戳机构的密钥曾被盗，没有独立证据证明该时间戳在被盗之前已经存在；这不说明文件被改动：请用 --log-key 或 --witness-key 指定另行取得的公钥，向公证机构索取新的证据包，或请其核实登记簿和透明日志 | a time-stamper's key was stolen, and nothing independent proves that its stamp was there before; that is no sign of an altered file: pass a key that you got another way with --log-key or --witness-key, ask the office for a new package, or whether its register and log vouch for it
archive_missing | 文件末尾没有归档时间戳 | the document does not end with an archive time-stamp
archive_expired | 归档时间戳已过期，未续期 | the archive time-stamp has expired and was not renewed
pdf_form | PDF 不是本平台所写的形式 | the PDF is not of the form that this platform writes
pdf_coverage | PDF 有字节未被签名覆盖 | some bytes of the PDF are covered by no signature
pdf_changed | PDF 在签名后被作了不允许的改动 | the PDF was changed after a signature in a way that is not allowed
pdf_signers | 签名人不全或身份不符 | a signer is missing, or signed as somebody else
office_differs | 证据包与公证书不是同一公证机构所盖 | package and certificate bear the seals of two offices
certificate_other | 公证书不是清单和审计链所指的那一份 | the certificate is not the one that manifest and audit chain name
deed_other | 文书不是清单和录像链所指的那一份 | the deed is not the one that manifest and ceremony name
number_differs | 编号或查验码与公证书上的不一致 | number or public id differ from what the certificate bears
evidence_missing | 事件证书没有绑定证据 | an event certificate names no evidence
evidence_identity | 签名所绑定的身份核验不在包中 | the identity check that a signature is bound to is not in the package
evidence_ceremony | 签名所绑定的录像链位置不在包中 | the point of the recording that a signature is bound to is not in the package
evidence_document | 当事人所见的文书与所签的不同 | the party was shown another document than was signed
ceremony_chain | 面签录像与事件的哈希链断裂 | the chain of recording and events is broken
recording_differs | 录像清单与哈希链不一致 | the list of recordings differs from the chain
audit_chain | 审计链断裂 | the audit chain is broken
audit_other_case | 审计链属于另一案件 | the audit chain is of another case
consent_text | 同意书文本与当时所示不符 | a consent's text is not the one that was shown
identity_digest | 身份核验结果与其摘要不符 | an identity check has not the digest that is stated
material_differs | 材料与材料清单不符 | a material differs from the list of materials
log_form | 透明日志证明不可读 | the log proof cannot be read
log_leaf | 透明日志条目不是这份公证书的 | the logged entry is not of this certificate
log_inclusion | 透明日志证明不成立 | the log proof does not hold
log_signature | 检查点不是所信任的日志签发 | the checkpoint is not signed by the trusted log
unreadable | 内容不可读 | the content cannot be read
"""
FAULTS = {
    code: (zh, en) for code, zh, en in (line.split(" | ") for line in _FAULTS.strip().split("\n"))
}


class Fault(Exception):
    """Something is wrong; ``where`` names the file or signature, ``more`` the detail."""

    def __init__(self, code: str, where: str = "", more: str = "") -> None:
        super().__init__(code, where, more)
        self.code, self.where, self.more = code, where, more


def require(condition: object, code: str, where: str = "", more: str = "") -> None:
    """Go on only if ``condition`` holds."""
    if not condition:
        raise Fault(code, where, more)
