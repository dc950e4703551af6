"""State tables as data: what may become of a thing, from which `docs/states.md` is drawn."""

import dataclasses

_tables: dict[str, tuple["Move", ...]] = {}


@dataclasses.dataclass(frozen=True)
class Move:
    """One verb: the states it starts from (none for what makes the thing) and leads to."""

    verb: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]


def provide(subject: str, *moves: Move) -> tuple[Move, ...]:
    """Register the table of one kind of thing and return it."""
    _tables[subject] = moves
    return moves


def drawn() -> str:
    """Return every table as Mermaid state diagrams in Markdown."""
    parts = ["# States", "", "Drawn by `manage.py states` from the tables in the code.", ""]
    for subject, moves in sorted(_tables.items()):
        parts += [f"## {subject}", "", "```mermaid", "stateDiagram-v2"]
        for move in moves:
            for source in move.sources or ("[*]",):
                parts += [f"    {source} --> {target}: {move.verb}" for target in move.targets]
        leaving = {source for move in moves for source in move.sources}
        reached = {target for move in moves for target in move.targets}
        parts += [f"    {state} --> [*]" for state in sorted(reached - leaving)]
        parts += ["```", ""]
    return "\n".join(parts)
