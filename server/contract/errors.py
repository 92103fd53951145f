"""Why the contract refuses to start, and the one way in which an answer breaks it."""


class ContractError(Exception):
    """Base of what is wrong between the published contract and the server."""


class ContractUnbound(ContractError):
    """Operations without handler or gate, or handlers without operation."""

    def __init__(self, gaps: dict[str, list[str]]) -> None:
        self.gaps = gaps
        super().__init__("; ".join(f"{what}: {', '.join(ids)}" for what, ids in gaps.items()))


class SpecInvalid(ContractError):
    """The bundled contract says something that this server does not understand."""


class AnswerUndocumented(ContractError):
    """A handler answered with something that the contract does not describe."""
