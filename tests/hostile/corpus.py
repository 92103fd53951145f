"""The hostile files by name, each with the one reason it must be refused for."""

from __future__ import annotations

from identity.images.refusal import RefusalCode as Code
from tests.hostile import jpegs, others, pdfs, pngs
from tests.hostile.cases import HostileFile as File

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"

BEFORE_DECODING = (
    File("pixel flood png 30000x30000", pngs.flood, PNG, Code.PIXELS_TOO_MANY),
    File("pixel flood jpeg 65500x65500", jpegs.flood, JPEG, Code.PIXELS_TOO_MANY),
    File("png with 60 MB text", pngs.text_bomb, PNG, Code.METADATA_TOO_LARGE),
    File("png with 60 MB profile", pngs.profile_bomb, PNG, Code.METADATA_TOO_LARGE),
    File("png with 25000 chunks", pngs.thousand_tiny_chunks, PNG, Code.DECODING_TOO_COSTLY),
    File("png truncated", pngs.truncated, PNG, Code.FILE_TRUNCATED),
    File("png with a wrong checksum", pngs.wrong_checksum, PNG, Code.FILE_MALFORMED),
    File("png + zip behind", pngs.with_zip_behind, PNG, Code.DATA_AFTER_END),
    File("png + zip in a chunk", pngs.with_zip_in_a_chunk, PNG, Code.SECOND_FILE_INSIDE),
    File("png + script", pngs.with_script, PNG, Code.SECOND_FILE_INSIDE),
    File("png animated", pngs.animated, PNG, Code.TYPE_ANIMATED),
    File("png 16 bit", pngs.sixteen_bit, PNG, Code.COLOUR_TOO_DEEP),
    File("png 1x1", pngs.tiny, PNG, Code.PIXELS_TOO_FEW),
    File("png called jpeg", pngs.png, JPEG, Code.TYPE_MISMATCH),
    File("jpeg truncated", jpegs.truncated, JPEG, Code.FILE_TRUNCATED),
    File("jpeg cut in a segment", jpegs.cut_in_a_segment, JPEG, Code.FILE_TRUNCATED),
    File("jpeg that lies up to 36 Mpx", jpegs.lies_within_the_limit, JPEG, Code.FILE_TRUNCATED),
    File("jpeg of 5000 segments", jpegs.many_segments, JPEG, Code.DECODING_TOO_COSTLY),
    File("jpeg + zip behind", jpegs.with_zip_behind, JPEG, Code.DATA_AFTER_END),
    File("jpeg + pdf", jpegs.pdf_in_a_comment, JPEG, Code.SECOND_FILE_INSIDE),
    File("jpeg + script", jpegs.script_in_a_comment, JPEG, Code.SECOND_FILE_INSIDE),
    File("jpeg + php in exif", jpegs.php_in_exif, JPEG, Code.SECOND_FILE_INSIDE),
    File("jpeg with 2.6 MB of profile", jpegs.metadata_flood, JPEG, Code.METADATA_TOO_LARGE),
    File("exif 65535 entries", jpegs.exif_with_endless_directory, JPEG, Code.METADATA_MALFORMED),
    File("exif pointing outside", jpegs.exif_pointing_outside, JPEG, Code.METADATA_MALFORMED),
    File("jpeg with 200 scans", jpegs.thousand_scans, JPEG, Code.DECODING_TOO_COSTLY),
    File("jpeg cmyk", jpegs.cmyk, JPEG, Code.COLOUR_CMYK),
    File("jpeg arithmetic", jpegs.arithmetic, JPEG, Code.CODING_UNUSUAL),
    File("jpeg 12 bit", jpegs.twelve_bit, JPEG, Code.COLOUR_TOO_DEEP),
    File("gif + javascript", others.gif_with_script, JPEG, Code.TYPE_ANIMATED),
    File("gif animated", others.animated_gif, PNG, Code.TYPE_ANIMATED),
    File("svg", others.svg, PNG, Code.TYPE_SVG),
    File("heic", others.heic, JPEG, Code.TYPE_HEIC),
    File("webp", others.webp, JPEG, Code.TYPE_UNSUPPORTED),
    File("tiff", others.tiff, JPEG, Code.TYPE_UNSUPPORTED),
    File("a program", others.program, PNG, Code.TYPE_UNSUPPORTED),
    File("nothing", others.nothing, PNG, Code.FILE_EMPTY),
    File("21 MiB", others.too_many_bytes, JPEG, Code.FILE_TOO_LARGE),
)

WHILE_DECODING = (
    File("png 300 MB behind 320x240", pngs.bomb_behind_an_honest_header, PNG, Code.DECODING_FAILED),
    File("png with a broken stream", pngs.broken_stream, PNG, Code.DECODING_FAILED),
    File("jpeg without its tables", jpegs.undecodable, JPEG, Code.DECODING_FAILED),
)


PDFS = (
    File("pdf script", pdfs.script, PDF, Code.PDF_SCRIPT),
    File("pdf script, escaped name", pdfs.script_by_escaped_name, PDF, Code.PDF_SCRIPT),
    File("pdf script, compressed", pdfs.script_in_an_object_stream, PDF, Code.PDF_SCRIPT),
    File("pdf open action", pdfs.open_action, PDF, Code.PDF_ACTION),
    File("pdf additional action", pdfs.additional_action, PDF, Code.PDF_ACTION),
    File("pdf submits a form", pdfs.submits_form, PDF, Code.PDF_ACTION),
    File("pdf launch", pdfs.launch, PDF, Code.PDF_LAUNCH),
    File("pdf embedded file", pdfs.embedded_file, PDF, Code.PDF_EMBEDDED_FILE),
    File("pdf dynamic form", pdfs.dynamic_form, PDF, Code.PDF_FORM),
    File("pdf encrypted", pdfs.encrypted, PDF, Code.PDF_ENCRYPTED),
    File("pdf 100000 pages", pdfs.hundred_thousand_pages, PDF, Code.PDF_PAGES_TOO_MANY),
    File("pdf 600 hidden pages", pdfs.pages_beyond_their_count, PDF, Code.PDF_PAGES_TOO_MANY),
    File("pdf 1 GiB stream", pdfs.gibibyte_stream, PDF, Code.PDF_STREAM_TOO_LARGE),
    File("pdf stream in stream", pdfs.stream_in_stream, PDF, Code.PDF_STREAM_TOO_LARGE),
    File("pdf 1 GiB object stream", pdfs.object_stream_bomb, PDF, Code.PDF_STREAM_TOO_LARGE),
    File("pdf loop of pages", pdfs.loop_of_pages, PDF, Code.FILE_MALFORMED),
    File("pdf nested 5000 deep", pdfs.deeply_nested, PDF, Code.PDF_OBJECTS_TOO_MANY),
    File("pdf truncated", pdfs.truncated, PDF, Code.FILE_TRUNCATED),
    File("pdf appended to", pdfs.appended, PDF, Code.DATA_AFTER_END),
    File("jpeg called pdf", pdfs.jpeg_called_pdf, PDF, Code.TYPE_MISMATCH),
)
