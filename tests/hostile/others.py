"""Files that are no JPEG and no PNG, or say they are something else."""

from __future__ import annotations

import io

from PIL import Image


def gif_with_script() -> bytes:
    return b"GIF89a/*" + b"\x00" * 40 + b"*/=1;alert(1);"


def animated_gif() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("P", (200, 200), colour) for colour in (1, 2, 3)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def svg() -> bytes:
    return b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>'


def heic() -> bytes:
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 200


def webp() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (200, 200)).save(out, "WEBP")
    return out.getvalue()


def tiff() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (200, 200)).save(out, "TIFF")
    return out.getvalue()


def program() -> bytes:
    return b"\x7fELF" + b"\x00" * 500


def nothing() -> bytes:
    return b""


def too_many_bytes() -> bytes:
    return b"\xff\xd8\xff\xe0" + b"\x00" * (21 * 1024 * 1024)
