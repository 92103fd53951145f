"""EST (RFC 7030) as far as we speak it: ``cacerts`` and ``simpleenroll``.

* ``GET {base}/.well-known/est/cacerts`` (4.1): the authority's certificates, certs-only
  PKCS #7 in base64, ``application/pkcs7-mime``.
* ``POST {base}/.well-known/est/simpleenroll`` (4.2): a PKCS #10 request in base64,
  ``application/pkcs10``. 200 with one certificate in the same form, 202 with
  ``Retry-After`` while somebody has to decide (the same request is sent again), 400, 401
  and 403 for a refusal, 503 when busy.

HTTP Basic or a client certificate (3.2.3, 3.3.2), over TLS; without TLS on this machine
only. Key generation at the server, ``csrattrs`` and ``simplereenroll`` are not spoken: a
key never leaves custody, and an event certificate is never renewed.
"""

from __future__ import annotations

from typing import Final

PREFIX: Final = "/.well-known/est"
AUTHORITIES: Final = "/cacerts"
ENROLL: Final = "/simpleenroll"
REQUEST_TYPE: Final = "application/pkcs10"
REQUEST_HEADERS: Final = {"Content-Type": REQUEST_TYPE, "Content-Transfer-Encoding": "base64"}
ANSWER_TYPE: Final = "application/pkcs7-mime; smime-type=certs-only"
