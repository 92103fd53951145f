"""Why a chip is refused: a stable code and the file it is about, and nothing of its holder."""

from __future__ import annotations

from enum import StrEnum


class ChipFile(StrEnum):
    """The elementary files of the passport application (ICAO 9303-10)."""

    COM = "COM"
    SOD = "SOD"
    DG1 = "DG1"
    DG2 = "DG2"
    DG3 = "DG3"
    DG4 = "DG4"
    DG5 = "DG5"
    DG6 = "DG6"
    DG7 = "DG7"
    DG8 = "DG8"
    DG9 = "DG9"
    DG10 = "DG10"
    DG11 = "DG11"
    DG12 = "DG12"
    DG13 = "DG13"
    DG14 = "DG14"
    DG15 = "DG15"
    DG16 = "DG16"


class ChipFault(StrEnum):
    """What refuses: nobody may overrule it, since each means that a byte is not as written."""

    # How files are written.
    FILE_TOO_LARGE = "file_too_large"
    CUT_OFF = "cut_off"
    TRAILING_BYTES = "trailing_bytes"
    INDEFINITE_LENGTH = "indefinite_length"
    LENGTH_ABSURD = "length_absurd"
    TOO_DEEP = "too_deep"
    TOO_MANY_VALUES = "too_many_values"
    TAG_WRONG = "tag_wrong"
    MALFORMED = "malformed"

    # The signed object and its signature.
    FILE_MISSING = "file_missing"
    NOT_SIGNED_DATA = "not_signed_data"
    CONTENT_TYPE_WRONG = "content_type_wrong"
    SEVERAL_SIGNERS = "several_signers"
    SIGNED_ATTRIBUTES_MISSING = "signed_attributes_missing"
    SIGNED_ATTRIBUTES_WRONG = "signed_attributes_wrong"
    CONTENT_DIGEST_MISMATCH = "content_digest_mismatch"
    DIGEST_NOT_ALLOWED = "digest_not_allowed"
    SIGNATURE_ALGORITHM_NOT_ALLOWED = "signature_algorithm_not_allowed"
    SIGNATURE_INVALID = "signature_invalid"
    SIGNER_CERTIFICATE_MISSING = "signer_certificate_missing"
    LDS_VERSION_UNKNOWN = "lds_version_unknown"

    # Keys and curves.
    KEY_NOT_ALLOWED = "key_not_allowed"
    CURVE_UNKNOWN = "curve_unknown"
    GENERATOR_WRONG = "generator_wrong"

    # The document signer's certificate, and the country's above it.
    SIGNER_KEY_USAGE_WRONG = "signer_key_usage_wrong"
    SIGNER_IS_AUTHORITY = "signer_is_authority"
    SIGNER_EXTENSION_UNKNOWN = "signer_extension_unknown"
    SIGNER_EXPIRED = "signer_expired"
    SIGNER_NOT_YET_VALID = "signer_not_yet_valid"
    SIGNER_OF_ANOTHER_COUNTRY = "signer_of_another_country"
    SIGNER_CERTIFICATE_INVALID = "signer_certificate_invalid"
    SIGNER_REVOKED = "signer_revoked"
    SIGNED_OUTSIDE_KEY_PERIOD = "signed_outside_key_period"
    AUTHORITY_NOT_AUTHORITY = "authority_not_authority"
    AUTHORITY_SIGNATURE_INVALID = "authority_signature_invalid"
    AUTHORITY_EXPIRED = "authority_expired"
    ISSUED_OUTSIDE_AUTHORITY_VALIDITY = "issued_outside_authority_validity"

    # What was signed against what was sent.
    HASH_MISSING = "hash_missing"
    HASH_REPEATED = "hash_repeated"
    HASH_MISMATCH = "hash_mismatch"
    COM_DISAGREES = "com_disagrees"

    # What the data say.
    MRZ_INVALID = "mrz_invalid"
    ISSUER_MISMATCH = "issuer_mismatch"
    FACE_MISSING = "face_missing"
    SEVERAL_FACES = "several_faces"
    FACE_RECORD_WRONG = "face_record_wrong"
    PORTRAIT_UNREADABLE = "portrait_unreadable"
    PORTRAIT_TOO_LARGE = "portrait_too_large"

    # Whether this is the chip that the data were written to.
    ACTIVE_KEY_MISSING = "active_key_missing"
    ACTIVE_CHALLENGE_WRONG = "active_challenge_wrong"
    ACTIVE_RESPONSE_WRONG = "active_response_wrong"
    ACTIVE_TRAILER_UNKNOWN = "active_trailer_unknown"
    CHIP_KEY_MISSING = "chip_key_missing"
    CHIP_RESPONSE_MALFORMED = "chip_response_malformed"
    CHIP_RESPONSE_WRONG = "chip_response_wrong"


class ChipRefused(ValueError):
    """The chip's data are not what the state signed. ``str()`` is the code and the file."""

    def __init__(self, fault: ChipFault, place: ChipFile | None = None) -> None:
        super().__init__(f"{fault.value}: {place.value}" if place else fault.value)
        self.fault = fault
        self.place = place
