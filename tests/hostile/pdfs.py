"""Hostile PDFs: some written by hand so that every byte is known, some by pikepdf."""

from __future__ import annotations

import io
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, String

PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"


def written(*bodies: str | bytes, catalog: str = "") -> bytes:
    """Objects 1 (catalog), 2 (pages), 3 (page), then ``bodies`` from 4 on, and a right xref."""
    objects: list[str | bytes] = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        PAGE,
        *bodies,
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        content = body if isinstance(body, bytes) else body.encode("latin-1")
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    size = len(objects) + 1
    return bytes(out) + f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()


def stream(data: bytes, entries: str = "/Filter/FlateDecode") -> bytes:
    return f"<<{entries}/Length {len(data)}>>stream\n".encode() + data + b"\nendstream"


def saved(
    pdf: pikepdf.Pdf, *, packed: bool = False, encryption: pikepdf.Encryption | bool = False
) -> bytes:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.preserve
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=mode, encryption=encryption)
    return out.getvalue()


def honest() -> bytes:
    pdf = pikepdf.new()
    for _ in range(3):
        pdf.add_blank_page(page_size=(595, 842))
    return saved(pdf, packed=True)


def script() -> bytes:
    return written("<</S/JavaScript/JS(app.alert\\(1\\))>>", catalog="/OpenAction 4 0 R")


def script_by_escaped_name() -> bytes:
    return written("<</S/J#61vaScript/J#53(app.alert\\(1\\))>>", catalog="/Names 4 0 R")


def script_in_an_object_stream() -> bytes:
    """Nothing of it stands in plain bytes."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    action = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.Extensions = pdf.make_indirect(Dictionary(Inner=pdf.make_indirect(action)))
    return saved(pdf, packed=True)


def open_action() -> bytes:
    return written(catalog="/OpenAction[3 0 R/Fit]")


def launch() -> bytes:
    return written("<</S/Launch/F(cmd.exe)>>")


def additional_action() -> bytes:
    return written("<</S/URI/URI(http://x/)>>", catalog="/AA<</WC 4 0 R>>")


def embedded_file() -> bytes:
    return written(stream(zlib.compress(b"MZ"), "/Type/EmbeddedFile/Filter/FlateDecode"))


def dynamic_form() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    pdf.Root.AcroForm = Dictionary(XFA=String("<xdp/>"), Fields=Array())
    return saved(pdf)


def encrypted() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    return saved(pdf, encryption=pikepdf.Encryption(owner="o", user="u"))


def submits_form() -> bytes:
    return written("<</S/SubmitForm/F(http://x/)>>")


def hundred_thousand_pages() -> bytes:
    return written().replace(b"/Count 1>>", b"/Count 100000>>")


def pages_beyond_their_count() -> bytes:
    """The tree says 1; 600 more kids say otherwise."""
    pdf = pikepdf.new()
    for _ in range(601):
        pdf.add_blank_page(page_size=(200, 200))
    return saved(pdf).replace(b"/Count 601", b"/Count 1  ")


def gibibyte_stream() -> bytes:
    deflate, block = zlib.compressobj(9), b"\x00" * 1024 * 1024
    data = b"".join(deflate.compress(block) for _ in range(1024)) + deflate.flush()
    return written(stream(data))


def stream_in_stream() -> bytes:
    twice = zlib.compress(zlib.compress(b"\x00" * 200_000_000, 9), 9)
    return written(stream(twice, "/Filter[/FlateDecode/FlateDecode]"))


def object_stream_bomb() -> bytes:
    """A compressed object stream that qpdf must unpack to find object 4: 1 GiB."""
    deflate, block = zlib.compressobj(9), b" " * 1024 * 1024
    data = deflate.compress(b"4 0 ") + b"".join(deflate.compress(block) for _ in range(1024))
    bomb = stream(data + deflate.flush(), "/Type/ObjStm/N 1/First 4/Filter/FlateDecode")
    return _with_xref_stream(bomb)


def loop_of_pages() -> bytes:
    return written().replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")


def deeply_nested() -> bytes:
    return written("[" * 5000 + "]" * 5000)


def truncated() -> bytes:
    whole = honest()
    return whole[: len(whole) - 40]


def appended() -> bytes:
    return honest() + b"PK\x03\x04 and more"


def jpeg_called_pdf() -> bytes:
    return b"\xff\xd8\xff\xe0" + honest()


def _with_xref_stream(bomb: bytes) -> bytes:
    """Object 4 lives in the object stream 5; the table itself is the stream 6."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    bodies: dict[int, bytes] = {
        1: b"<</Type/Catalog/Pages 2 0 R/Extra 4 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: PAGE.encode(),
        5: bomb,
    }
    for number, body in bodies.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    places[6] = start
    rows = b"\x00\x00\x00\x00\x00\xff"
    for number in range(1, 7):
        in_stream = number == 4
        kind, where = (2, 5) if in_stream else (1, places[number])
        rows += bytes([kind]) + where.to_bytes(4, "big") + b"\x00"
    table = stream(rows, "/Type/XRef/Size 7/W[1 4 1]/Root 1 0 R")
    return bytes(out) + b"6 0 obj\n" + table + f"\nendobj\nstartxref\n{start}\n%%EOF\n".encode()
