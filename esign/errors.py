"""What can go wrong between a typeset document and a signature anybody can check.

No error here carries a name, a number or any other personal value: they are
logged and shown.
"""


class EsignError(Exception):
    """Base of every failure this package reports."""


class NotForProduction(UserWarning):
    """A stand-in is in use where a real office needs the real thing."""


class PermitSpent(EsignError):
    """The permit was already redeemed; prepare the document again."""


class PermitMisused(EsignError):
    """The permit was issued by another sealer."""


class LintFailed(EsignError):
    """The document or certificate breaks a rule it would be signed under."""


class AlgorithmUnavailable(EsignError):
    """This machine's OpenSSL lacks an algorithm that an office asks for; nothing replaces it."""


class ProfileUnknown(EsignError):
    """No certificate profile has this name."""


class AuthorityMissing(EsignError):
    """No certificate of this name has been made in the authorities' directory."""


class RecordMissing(EsignError):
    """No certificate of this number is on record."""


class RetentionRunning(EsignError):
    """The law has the record of this certificate kept for longer."""


class CustodyError(EsignError):
    """Base of what the signer process refuses."""


class KeyUnknown(CustodyError):
    """No key has this URI, or a one-time key was already used and destroyed."""


class KeyMisused(CustodyError):
    """The key exists, but not for this kind of use."""


class KeyStopped(KeyMisused):
    """The key was given up, because somebody else may have it; it signs nothing any more."""


class AuthorityEnded(CustodyError):
    """The authority's own certificate is not of this time; it signs nothing."""


class KeyExists(CustodyError):
    """A key of this name was made already, and is never overwritten."""


class KeyStoreUnavailable(CustodyError):
    """The store of the keys does not answer: no token, no session, no module."""


class PinRefused(KeyStoreUnavailable):
    """The token did not take the PIN; it is not tried again until its file is another.

    A token locks itself after a few wrong PINs, and then nobody seals anything.
    """


class RequestRefused(CustodyError):
    """The signer process does not know this operation or cannot read it."""


class ClockUnproven(CustodyError):
    """The clock may be off by more than the declared accuracy: nothing is dated by it."""


class CheckpointRefused(CustodyError):
    """The tree of the log is not one that begins with the tree that was signed last."""


class CustodyUnavailable(CustodyError):
    """The signer process did not answer; nothing was signed that we know of."""


class CallerRefused(CustodyError):
    """The signer process does not do this for the user who asks."""


class TrailBroken(EsignError):
    """A line of a trail does not follow from the one before: somebody altered it."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line} does not follow")


class CertificateNotHad(EsignError):
    """An outside authority has not given the certificate, so nothing is signed; it can wait."""


class OutsideAuthorityUnavailable(CertificateNotHad):
    """It does not answer, is busy, has not decided yet, or is not configured here."""


class OutsideAuthorityRefused(CertificateNotHad):
    """It does not take our credentials, or not this request."""


class CertificateUnfit(CertificateNotHad):
    """What it gave is not what was asked for, or would not hold later."""


class TimeStampUnavailable(EsignError):
    """No trustworthy time-stamp could be had, so there is no signature either.

    A signature without its time-stamp would look complete and be worthless a
    few minutes later; the level is never lowered to get something out.
    """


class ListStale(EsignError):
    """A revocation list has ended, so nothing new is built on it; publish a new one."""


class RenewalUseless(EsignError):
    """The authority's certificate ends no later than what is to be renewed; give it a new one."""


class FieldMissing(EsignError):
    """The document has no unsigned field of this name; prepare it first."""


class FormUnexpected(FieldMissing):
    """The file is not written the way this platform writes; nothing is appended to it."""


class RoomExceeded(EsignError):
    """A signature is larger than the room that was kept for it in the file."""


class KeyUnsuitable(EsignError):
    """No algorithm that documents are signed with here belongs to this key."""


class SignatureBroken(EsignError):
    """Whoever holds the key answered with something that is not its signature."""


class VerificationFailed(EsignError):
    """Base of every reason why a file is not what it claims to be."""

    step: int | None = None
    """Number of the verification's step that failed, once one had begun."""


class NotAPdf(VerificationFailed):
    """The file is not a PDF at all."""


class TooLarge(VerificationFailed):
    """The file is larger than anything this platform issues."""


class NotOurs(VerificationFailed):
    """Nothing in the file was signed under the given roots."""


class Tampered(VerificationFailed):
    """Something in the file changed after it was signed."""


class ChainInvalid(VerificationFailed):
    """The certificate does not chain to a trusted root at the given time."""


class SignatureDoubtful(VerificationFailed):
    """The signature is intact, but it proves less than the law asks for."""


class StampLapsed(SignatureDoubtful):
    """The archive time-stamp ended before another one covered it; the file is intact."""


class StamperStolen(SignatureDoubtful):
    """Somebody else had the time-stamper's key, and nothing else proves that the stamp was there
    before; the file is intact."""


class CertificateRevoked(SignatureDoubtful):
    """The certificate had been revoked when it was used."""


class VerificationUnavailable(EsignError):
    """The file could not be judged: nothing is known about it, least of all that it is good."""
