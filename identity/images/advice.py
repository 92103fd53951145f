"""What a refused file means to the person who sent it, and what to do: (zh-CN, en), by code."""

from __future__ import annotations

from typing import Final

from identity.images.refusal import RefusalCode as Code

_RESAVE_ZH = "请用手机相机重新拍照，或另存为普通 JPEG 后上传。"
_RESAVE_EN = "Take it again with the telephone's camera, or save it as an ordinary JPEG."
_PRINT_ZH = "请将其“打印为 PDF”后重新上传。"
_PRINT_EN = "Print it to a new PDF and upload that."

ADVICE: Final[dict[Code, tuple[str, str]]] = {
    Code.FILE_EMPTY: ("文件是空的，请重新选择。", "The file is empty. Choose it again."),
    Code.FILE_TOO_LARGE: (
        "文件过大：图片不超过 20 MB，PDF 不超过 50 MB。请压缩或分开上传。",
        "The file is too large: images up to 20 MB, PDFs up to 50 MB. Make it smaller.",
    ),
    Code.FILE_TRUNCATED: (
        "文件不完整，可能上传时中断。请重新上传。",
        "The file is cut off, perhaps by a broken upload. Upload it again.",
    ),
    Code.FILE_MALFORMED: ("文件已损坏。" + _RESAVE_ZH, "The file is damaged. " + _RESAVE_EN),
    Code.TYPE_UNSUPPORTED: (
        "不支持该格式，只接受 JPEG、PNG 图片和 PDF。",
        "This format is not accepted; only JPEG, PNG and PDF are.",
    ),
    Code.TYPE_MISMATCH: (
        "文件内容与其类型不符。" + _RESAVE_ZH,
        "The content is not of the type it is said to be. " + _RESAVE_EN,
    ),
    Code.TYPE_HEIC: (
        "不支持 HEIC。请在 iPhone “设置-相机-格式”中选“兼容性最佳”后重拍。",
        "HEIC is not accepted. On the iPhone choose Settings, Camera, Formats, Most Compatible.",
    ),
    Code.TYPE_SVG: ("不接受矢量图。" + _RESAVE_ZH, "Drawings are not accepted. " + _RESAVE_EN),
    Code.TYPE_ANIMATED: (
        "不接受动图。" + _RESAVE_ZH,
        "Moving pictures are not accepted. " + _RESAVE_EN,
    ),
    Code.SECOND_FILE_INSIDE: (
        "图片中藏有其他文件。" + _RESAVE_ZH,
        "Another file is hidden in this one. " + _RESAVE_EN,
    ),
    Code.DATA_AFTER_END: (
        "图片结尾之后还有其他数据（例如动态照片）。请关闭“动态照片”后重新拍照。",
        "There is more after the picture's end, as in motion photos. Turn them off, take it again.",
    ),
    Code.PIXELS_TOO_MANY: (
        "图片超过 4000 万像素，请降低分辨率后上传。",
        "The picture has more than 40 million pixels. Take it at a lower resolution.",
    ),
    Code.PIXELS_TOO_FEW: (
        "图片太小，看不清内容。请靠近一些重新拍照。",
        "The picture is too small to be read. Take it again from nearer.",
    ),
    Code.COLOUR_TOO_DEEP: (
        "不接受每色超过 8 位的图片。" + _RESAVE_ZH,
        "More than 8 bits a colour are not accepted. " + _RESAVE_EN,
    ),
    Code.COLOUR_CMYK: (
        "不接受印刷用 CMYK 图片。" + _RESAVE_ZH,
        "Pictures for print (CMYK) are not accepted. " + _RESAVE_EN,
    ),
    Code.CODING_UNUSUAL: (
        "图片编码方式少见。" + _RESAVE_ZH,
        "The picture's coding is unusual. " + _RESAVE_EN,
    ),
    Code.METADATA_TOO_LARGE: (
        "图片附带信息过多。" + _RESAVE_ZH,
        "The picture carries too much besides itself. " + _RESAVE_EN,
    ),
    Code.METADATA_MALFORMED: (
        "图片附带信息已损坏。" + _RESAVE_ZH,
        "What the picture says of itself is damaged. " + _RESAVE_EN,
    ),
    Code.DECODING_FAILED: (
        "图片无法打开。" + _RESAVE_ZH,
        "The picture cannot be opened. " + _RESAVE_EN,
    ),
    Code.DECODING_TOO_COSTLY: (
        "打开该文件需要的资源过多，已拒绝。" + _RESAVE_ZH,
        "Opening this file costs too much, so it was refused. " + _RESAVE_EN,
    ),
    Code.PDF_SCRIPT: ("PDF 含有脚本。" + _PRINT_ZH, "The PDF contains a script. " + _PRINT_EN),
    Code.PDF_ACTION: ("PDF 含有自动动作。" + _PRINT_ZH, "The PDF acts by itself. " + _PRINT_EN),
    Code.PDF_LAUNCH: (
        "PDF 会启动其他程序。" + _PRINT_ZH,
        "The PDF starts other programs. " + _PRINT_EN,
    ),
    Code.PDF_EMBEDDED_FILE: (
        "PDF 内嵌有其他文件，请分开上传。",
        "The PDF has files inside. Upload them one by one.",
    ),
    Code.PDF_FORM: (
        "PDF 含有动态表单 (XFA)。" + _PRINT_ZH,
        "The PDF is a dynamic form (XFA). " + _PRINT_EN,
    ),
    Code.PDF_ENCRYPTED: (
        "PDF 已加密，请去掉密码后上传。",
        "The PDF is encrypted. Remove the password and upload it again.",
    ),
    Code.PDF_PAGES_TOO_MANY: (
        "PDF 页数过多，请拆分，每份不超过 500 页。",
        "The PDF has too many pages. Split it into parts of at most 500.",
    ),
    Code.PDF_OBJECTS_TOO_MANY: (
        "PDF 结构过于复杂。" + _PRINT_ZH,
        "The PDF is too intricate. " + _PRINT_EN,
    ),
    Code.PDF_STREAM_TOO_LARGE: (
        "PDF 中有内容展开后过大。" + _PRINT_ZH,
        "Something in the PDF unpacks to too much. " + _PRINT_EN,
    ),
}
"""Code to (zh-CN, en). Complete: a test holds every code against it."""
