"""``evaluate``: a folder of faces in, error rates of each engine and of the deployed bands out."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from identity.evaluation.comparisons import Comparisons, Probe, as_probe, compare, templates_of
from identity.evaluation.degrading import Degrading
from identity.evaluation.deployed import as_json, deployed_rates, matches, share
from identity.evaluation.embedding import Engines, embed_all
from identity.evaluation.photographs import NothingToEvaluate, photographs_in
from identity.evaluation.rates import LEVELS, at_level, det_curve, equal_error_rate
from identity.policy import ReferenceQuality
from identity.specimens.drawing import FontMissing
from identity.worker import LimitedWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from identity.evaluation.embedding import Embedded, Embedding
    from identity.evaluation.photographs import Photograph
    from identity.evaluation.rates import Scores, Share
    from identity.framing import Json
    from identity.pixels import Pixels
    from identity.policy import Band, ProofPolicy

TEMPLATE_SIZES: Final = (3, 5)
REFERENCES_PER_PERSON: Final = 2
"""Of each person so many photographs are made into chip portraits and cards."""
AGE_GAPS: Final = ((0, 5), (5, 10), (10, math.inf))
"""Years between two photographs: from, and below."""
SEED: Final = 20261101


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What an evaluation works with."""

    engines: Engines
    decoder: LimitedWorker
    policy: ProofPolicy
    say: Callable[[str], None]
    """Takes one line of progress."""


def evaluate(
    folder: Path,
    *,
    policy: ProofPolicy,
    say: Callable[[str], None],
    groups: Path | None = None,
    years: Path | None = None,
) -> dict[str, Json]:
    """Measure on ``folder`` of ``person/*.jpg``; returns what `reporting.as_table` prints.

    ``groups`` and ``years`` as `photographs_in` reads them. Raises `NothingToEvaluate`,
    `TableMalformed`, `OSError`, and `CheckUnavailable` where an engine is missing.
    """
    photographs = photographs_in(folder, groups=groups, years=years)
    decoder = LimitedWorker("decoder")
    try:
        tools = Tools(engines=Engines(), decoder=decoder, policy=policy, say=say)
        return _evaluated(folder.name, photographs, tools)
    finally:
        decoder.close()


def _evaluated(name: str, photographs: Sequence[Photograph], tools: Tools) -> dict[str, Json]:
    embedding = embed_all(photographs, tools.engines, decoder=tools.decoder, say=tools.say)
    probes = [as_probe(face) for face in embedding.faces]
    if len({probe.person for probe in probes}) < 2:  # noqa: PLR2004 - one has no stranger
        raise NothingToEvaluate("fewer than two people with a face that can be found")
    tools.say("comparing all pairs")
    pairs = compare(probes, probes, tools.policy.fusion)
    clean = tools.policy.bands[ReferenceQuality.CLEAN_PORTRAIT]
    missed = share(~matches(pairs, clean.single, tools.policy), pairs.genuine)
    return {
        "folder": name,
        "policy": tools.policy.citation,
        "photographs": _counts(photographs, embedding, tools.policy),
        "single": _split(pairs, clean.single, tools.policy),
        "templates": _templates(embedding, probes, missed, tools.policy),
        "references": _references(embedding.faces, probes, tools),
        "groups": _groups(pairs, clean.single, tools.policy),
        "years_apart": _ages(pairs, clean.single, tools.policy),
    }


def _split(pairs: Comparisons, band: Band, policy: ProofPolicy) -> dict[str, Json]:
    scores = pairs.scores()
    engines: dict[str, Json] = {name: _engine(one) for name, one in scores.items()}
    return {
        "genuine_pairs": int(pairs.genuine.sum()),
        "impostor_pairs": int((~pairs.genuine).sum()),
        "engines": engines,
        "fused_at_least_as_good": _at_least_as_good(scores),
        "deployed": deployed_rates(pairs, band, policy),
    }


def _engine(scores: Scores) -> dict[str, Json]:
    points: list[Json] = []
    for level in LEVELS:
        point = at_level(scores, level)
        points.append(
            {
                "fmr": level,
                "threshold": point.threshold if math.isfinite(point.threshold) else None,
                "supported": point.support.value,
                "fnmr": as_json(point.missed),
            }
        )
    rate = equal_error_rate(scores)
    curve: list[Json] = [[fmr, fnmr] for fmr, fnmr in det_curve(scores)]
    return {"eer": None if math.isnan(rate) else rate, "points": points, "det": curve}


def _at_least_as_good(scores: dict[str, Scores]) -> bool:
    fused = scores["fused"]
    return all(
        at_level(fused, level).missed.part <= at_level(scores[name], level).missed.part
        for level in LEVELS
        for name in scores
    ) and all(
        equal_error_rate(fused) <= equal_error_rate(scores[name])
        for name in scores
        if len(fused.genuine) and len(fused.impostor)
    )


def _templates(
    embedding: Embedding, probes: Sequence[Probe], single: Share, policy: ProofPolicy
) -> dict[str, Json]:
    """By size; ``single``: the right people that one photograph did not match."""
    band = policy.bands[ReferenceQuality.CLEAN_PORTRAIT].template
    report: dict[str, Json] = {}
    for size in TEMPLATE_SIZES:
        made = templates_of(embedding.faces, size, seed=SEED)
        if made:
            pairs = compare(probes, made, policy.fusion)
            missed = share(~matches(pairs, band, policy), pairs.genuine)
            ratio = missed.rate / single.rate if single.part and missed.whole else None
            report[str(size)] = {**_split(pairs, band, policy), "misses_of_single": ratio}
    return report


def _references(
    faces: Sequence[Embedded], probes: Sequence[Probe], tools: Tools
) -> dict[str, Json]:
    """The same people by worse references; each with the band of its quality."""
    degrading = Degrading(tools.engines.finder)
    kinds: tuple[tuple[ReferenceQuality, Callable[[Pixels], Pixels]], ...] = (
        (ReferenceQuality.CHIP, degrading.as_on_a_chip),
        (ReferenceQuality.PHOTOGRAPHED_DOCUMENT, degrading.as_on_a_photographed_card),
    )
    chosen = _first_of_each(faces)
    report: dict[str, Json] = {}
    for quality, change in kinds:
        tools.say(f"references as {quality.value}")
        try:
            made = embed_all(
                chosen, tools.engines, decoder=tools.decoder, say=tools.say, change=change
            )
        except FontMissing as error:
            report[quality.value] = {"left_out": str(error)}
            continue
        references = [as_probe(face) for face in made.faces]
        if references:
            pairs = compare(references, probes, tools.policy.fusion)
            split = _split(pairs, tools.policy.bands[quality].single, tools.policy)
            report[quality.value] = {**split, "faceless": len(made.faceless)}
    return report


def _first_of_each(faces: Sequence[Embedded]) -> list[Photograph]:
    seen: Counter[str] = Counter()
    chosen = []
    for face in faces:
        seen[face.photograph.person] += 1
        if seen[face.photograph.person] <= REFERENCES_PER_PERSON:
            chosen.append(face.photograph)
    return chosen


def _groups(pairs: Comparisons, band: Band, policy: ProofPolicy) -> dict[str, Json]:
    """Pairs within one group: strangers of one's own kind are the ones who look alike."""
    names = sorted(set(pairs.group.tolist()) - {""})
    return {name: deployed_rates(pairs.only(pairs.group == name), band, policy) for name in names}


def _ages(pairs: Comparisons, band: Band, policy: ProofPolicy) -> dict[str, Json]:
    """Right people only, since a stranger does not age into another; empty without years."""
    report: dict[str, Json] = {}
    for start, end in AGE_GAPS:
        wanted = (pairs.years_apart >= start) & (pairs.years_apart < end) & pairs.genuine
        if np.any(wanted):
            name = f"{start} to below {end:g}" if math.isfinite(end) else f"{start} and more"
            report[name] = deployed_rates(pairs.only(wanted), band, policy)
    return report


def _counts(
    photographs: Sequence[Photograph], embedding: Embedding, policy: ProofPolicy
) -> dict[str, Json]:
    short = Counter(
        code.value
        for face in embedding.faces
        for code in policy.live_gates.shortcomings(face.quality)
    )
    return {
        "given": len(photographs),
        "people": len({photograph.person for photograph in photographs}),
        "compared": len(embedding.faces),
        "unreadable": list(embedding.unreadable),
        "faceless": list(embedding.faceless),
        "several_faces": embedding.several_faces,
        "would_be_sent_back_as_live": {code: short[code] for code in sorted(short)},
    }
