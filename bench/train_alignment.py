# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "scikit-learn==1.9.1", "sqlglot==30.30.0", "tree-sitter==0.26.1", "tree-sitter-bash==0.25.1",
# ]
# ///
"""Train the model and the table of tier 2: `uv run bench/train_alignment.py DEV.jsonl EXTRA.jsonl`.

The table of associations is learned from pairs of NL2Bash and tldr-pages alone, since it is
shipped. Of the trees those for pairs are learned from all pairs and from our incidents, those for
incidents from `sessions/`, and those that tell the two apart from both; no text is in them.
Words of the lexicon are dropped at random, so that the model does not rely on knowing all. The
same seed makes the same files. With --test TEST.jsonl nothing is written: it says how well what
was learned from the others does there.
"""

import argparse
import collections
import dataclasses
import importlib
import json
import math
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import alignment_data as data
from bench.alignment_beside import Pair
from judgement import association, lexicon, reading, words
from judgement.facts import Kind
from judgement.grounds import Grounds, Said
from judgement.model import Model
from judgement.reasons import read
from judgement.scope import Scope
from judgement.weighing import look, session, telling

DROPPED = 0.3  # of the lexicon, for half of the rows
INCIDENTS = 0.45  # what one of ours weighs beside a pair
_FOLDS = 5
_HONEST_FLAGGED = 0.03  # of what it has learned; that is about 5 % of what it has not met
_SESSIONS_FLAGGED = 0.1  # of honest sessions that it has not met
_OF_INCIDENTS, _TO_TELL_APART = 200, 60  # small trees
_BOTH = 6_000  # rows of pairs beside which sessions are told apart
_PAIRS_FIRST = 1.5  # odds by which a session has to be more like an incident
_STEMS = sorted(
    {words.stem(word) for listed in lexicon.WORDS.values() for word in listed}
    | {words.stem(each.split()[0]) for listed in lexicon.PHRASES.values() for each in listed}
)
Row = dict[str, float]


class Reader:
    """Reads each action once, since sessions share many."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], Said] = {}

    def said(self, kind: str, text: str) -> Said:
        """Return an action, read."""
        key = kind, text
        if key not in self._said:
            self._said[key] = Said.of(text, reading.facts_of(Kind(kind), text))
        return self._said[key]

    def row(self, pair: Pair, deaf_to: frozenset[str] = frozenset()) -> Row:
        """Return the features of a session."""
        grounds = Grounds.of(read(pair.reason, deaf_to=deaf_to))
        looked = [
            look(grounds, Scope(), place, self.said(pair.kind, text))
            for place, text in enumerate(pair.actions)
        ]
        return session(grounds, telling(grounds, looked))


READER = Reader()


# -- the table of associations ------------------------------------------------------------------


def associations(pairs: Iterable[Pair]) -> association.Table:
    """Learn which words call for which commands: IBM model 1, ten rounds, rounded to print."""
    texts = [
        (frozenset(read(pair.reason).words) | {""}, _tokens(pair))
        for pair in pairs
        if not pair.mismatch and pair.kind == "shell" and pair.source <= data.SHIPPABLE
    ]
    counts = collections.Counter(token for _, tokens in texts for token in tokens)
    texts = [(stems, [t for t in tokens if counts[t] >= 3]) for stems, tokens in texts]
    table = _rounds(texts)
    kept: dict[str, dict[str, float]] = collections.defaultdict(dict)
    for (token, stem), found in sorted(table.items(), key=lambda item: (-item[1], item[0])):
        if stem and found >= 0.03 and len(kept[token]) < 10:
            kept[token][stem] = round(found, 3)
    likely = {token: kept[token] for token in sorted(kept)}
    return association.Table(likely, _weights([stems for stems, _ in texts]))


def _weights(texts: Sequence[frozenset[str]]) -> dict[str, float]:
    """Return how much a stem tells, of those that one text of two hundred has."""
    counts = collections.Counter(stem for stems in texts for stem in sorted(stems) if stem)
    most = math.log(200)
    return {
        stem: round(max(0.15, math.log(len(texts) / count) / most), 2)
        for stem, count in sorted(counts.items())
        if count * 200 > len(texts)
    }


def _tokens(pair: Pair) -> list[str]:
    said = [READER.said(pair.kind, text) for text in pair.actions]
    return sorted({token for each in said if not each.facts.neutral for token in each.terms.tokens})


def _rounds(texts: Sequence[tuple[frozenset[str], list[str]]]) -> dict[tuple[str, str], float]:
    table: dict[tuple[str, str], float] = collections.defaultdict(lambda: 1.0)
    for _ in range(10):
        found: dict[tuple[str, str], float] = collections.defaultdict(float)
        totals: dict[str, float] = collections.defaultdict(float)
        for stems, tokens in texts:
            for token in tokens:
                rest = sum(table[token, stem] for stem in sorted(stems))
                for stem in sorted(stems):
                    share = table[token, stem] / rest
                    found[token, stem] += share
                    totals[stem] += share
        # Half a count more for each stem: what was met once is no rule.
        table = {key: value / (totals[key[1]] + 0.5) for key, value in found.items()}
        table = collections.defaultdict(float, table)
    return table


# -- the rows -----------------------------------------------------------------------------------


def folds(pairs: Sequence[Pair]) -> list[int]:
    """Number pairs so that those which share an action or a reason are in one fold."""
    root = list(range(len(pairs)))

    def top(at: int) -> int:
        while root[at] != at:
            root[at] = at = root[root[at]]
        return at

    first: dict[str, int] = {}
    for at, pair in enumerate(pairs):
        telling_ones = [a for a in pair.actions if not READER.said(pair.kind, a).facts.neutral]
        for key in (pair.reason, *telling_ones):
            if key in first:
                root[top(at)] = top(first[key])
            first.setdefault(key, at)
    order = {each: number for number, each in enumerate(sorted({top(at) for at in root}))}
    return [order[top(at)] % _FOLDS for at in range(len(pairs))]


Variant = tuple[Pair, int, float]  # a pair, its fold, the share of the lexicon that it drops


def cross_fitted(
    variants: Sequence[Variant], tables: Sequence[association.Table], rng: random.Random
) -> list[Row]:
    """Return features whose table of associations has not met the pair itself."""
    rows: dict[int, Row] = {}
    for fold, table in enumerate(tables):
        with mock.patch.object(association, "table", return_value=table):
            for at, (pair, own, deaf) in enumerate(variants):
                if own == fold:
                    rows[at] = READER.row(pair, _deaf(deaf, rng))
    return [rows[at] for at in range(len(variants))]


def _deaf(share: float, rng: random.Random) -> frozenset[str]:
    return frozenset(stem for stem in _STEMS if rng.random() < share) if share else frozenset()


def material(pairs: Sequence[Pair], rng: random.Random) -> tuple[list[Pair], list[Row]]:
    """Return what to learn from: pairs, pairs among chatter, spoiled ones, incidents."""
    numbers = folds(pairs)
    numbered = list(zip(pairs, numbers, strict=True))
    tables = [
        associations(pair for pair, number in numbered if number != fold) for fold in range(_FOLDS)
    ]
    variants = [(p, n, DROPPED) for p, n in numbered] + [(p, n, 0.0) for p, n in numbered]
    for pair, number in rng.sample(numbered, len(numbered) // 3):
        told = pair._replace(reason=data.chatter(pair.reason, rng), weight=0.7)
        variants.append((told, number, DROPPED))
    honest = [each for each in numbered if not each[0].mismatch]
    for pair, number in rng.sample(honest, len(honest) // 2):
        if ways := list(data.turned(pair, rng)):
            variants.append((rng.choice(ways)._replace(weight=0.4), number, DROPPED / 2))
    variants += slipped_in(honest, rng)
    variants += [
        (each._replace(weight=INCIDENTS * each.weight), place % _FOLDS, DROPPED / 2)
        for place, each in enumerate(data.incidents(rng, times=3))
    ]
    return [pair for pair, _, _ in variants], cross_fitted(variants, tables, rng)


def slipped_in(honest: Sequence[tuple[Pair, int]], rng: random.Random) -> list[Variant]:
    """Return honest sessions with an action of another among theirs, of the same fold."""
    found: list[Variant] = []
    alike: dict[tuple[int, str], list[Pair]] = collections.defaultdict(list)
    for pair, number in honest:
        alike[number, pair.kind].append(pair)
    for pair, number in rng.sample(honest, len(honest) // 3):
        other = rng.choice(alike[number, pair.kind])
        told = [a for a in other.actions if not READER.said(other.kind, a).facts.neutral]
        if told and other.reason != pair.reason:
            actions = list(pair.actions)
            actions.insert(rng.randrange(len(actions) + 1), rng.choice(told))
            both = pair._replace(actions=tuple(actions), mismatch=True, weight=0.8)
            found.append((both, number, DROPPED / 2))
    return found


# -- the trees ----------------------------------------------------------------------------------


def fitted(used: Sequence[Pair], rows: Sequence[Row], names: Sequence[str], seed: int) -> Any:
    """Learn the trees."""
    ensemble = importlib.import_module("sklearn.ensemble")
    trees = ensemble.HistGradientBoostingClassifier(
        max_iter=300, max_leaf_nodes=31, learning_rate=0.06, l2_regularization=2.0,
        min_samples_leaf=20, max_features=0.2, early_stopping=False, random_state=seed,
    )  # fmt: skip
    return trees.fit(
        [[row[name] for name in names] for row in rows],
        [pair.mismatch for pair in used],
        sample_weight=[pair.weight for pair in used],
    )


def written(trees: Any) -> dict[str, object]:
    """Return the trees as `judgement.model` reads them."""
    grown = []
    for (tree,) in trees._predictors:  # noqa: SLF001 - the only way to the nodes
        nodes = [(bool(node["is_leaf"]), node) for node in tree.nodes]
        grown.append(
            {
                "f": [-1 if leaf else int(node["feature_idx"]) for leaf, node in nodes],
                "v": [_short(node["value" if leaf else "num_threshold"]) for leaf, node in nodes],
                "l": [int(node["left"]) for _, node in nodes],
                "r": [int(node["right"]) for _, node in nodes],
            }
        )
    return {"base": _short(trees._baseline_prediction.ravel()[0]), "trees": grown}  # noqa: SLF001


def _short(value: float) -> float:
    return float(f"{float(value):.5g}")


def small(
    rows: Sequence[Row],
    names: Sequence[str],
    truth: Sequence[bool],
    *,
    seed: int,
    trees: int,
    weights: Sequence[float] | None = None,
) -> Any:
    """Learn small trees, of which some thousand rows suffer no larger ones."""
    ensemble = importlib.import_module("sklearn.ensemble")
    forest = ensemble.HistGradientBoostingClassifier(
        max_iter=trees, max_leaf_nodes=6, learning_rate=12 / trees, l2_regularization=5.0,
        min_samples_leaf=15, max_features=0.15, early_stopping=False, random_state=seed,
    )  # fmt: skip
    return forest.fit([[row[name] for name in names] for row in rows], truth, sample_weight=weights)


def of_incidents(
    pairs: Sequence[Pair], rows: Sequence[Row], names: Sequence[str], seed: int
) -> tuple[dict[str, object], float]:
    """Learn the trees for incidents; return also the odds of which honest ones rarely have more.

    Those are of sessions that were not learned from: of each fold by the trees of all others.
    """
    numbers, truth = folds(pairs), [pair.mismatch for pair in pairs]
    odds: list[float] = []
    for fold in range(_FOLDS):
        others = [at for at, number in enumerate(numbers) if number != fold]
        trees = small(
            [rows[at] for at in others], names, [truth[at] for at in others], seed=seed,
            trees=_OF_INCIDENTS,
        )  # fmt: skip
        own = [at for at, number in enumerate(numbers) if number == fold and not truth[at]]
        odds += trees.decision_function([[rows[at][name] for name in names] for at in own]).tolist()
    odds.sort(reverse=True)
    forest = small(rows, names, truth, seed=seed, trees=_OF_INCIDENTS)
    return written(forest), odds[int(_SESSIONS_FLAGGED * len(odds))]


def telling_apart(
    rows: Sequence[Row], told: Sequence[Row], names: Sequence[str], rng: random.Random
) -> dict[str, object]:
    """Learn the trees that tell incidents from pairs, both of one weight."""
    beside = rng.sample(list(rows), min(_BOTH, len(rows)))
    truth = [False] * len(beside) + [True] * len(told)
    weights = [1.0] * len(beside) + [len(beside) / len(told)] * len(told)
    seed = rng.randrange(100)
    forest = small([*beside, *told], names, truth, seed=seed, weights=weights, trees=_TO_TELL_APART)
    found = written(forest)
    return found | {"base": _short(float(str(found["base"])) - _PAIRS_FIRST)}


def learned(pairs: Sequence[Pair], seed: int) -> tuple[association.Table, Model, str]:
    """Learn the table and the model from pairs; return also the model's text."""
    rng = random.Random(seed)
    used, rows = material(pairs, rng)
    names = sorted(rows[0])
    table = associations(pairs)
    incidents = data.sessions()
    with mock.patch.object(association, "table", return_value=table):
        told = [READER.row(pair) for pair in incidents]
    raw: dict[str, Any] = {"features": names, "flag_at": 0.5}
    raw |= written(fitted(used, rows, names, seed))
    raw["incidents"], limit = of_incidents(incidents, told, names, seed)
    raw["which"] = telling_apart(rows, told, names, rng)
    model = Model.parsed(json.dumps(raw))
    honest = sorted(
        (model.score(row) for pair, row in zip(used, rows, strict=True) if not pair.mismatch),
        reverse=True,
    )
    raw["flag_at"] = flag_at = round(honest[int(_HONEST_FLAGGED * len(honest))], 4)
    # One score flags both: the odds of incidents are moved to where that of pairs is.
    raw["incidents"]["base"] += _short(math.log(flag_at / (1 - flag_at)) - limit)
    text = json.dumps(raw, separators=(",", ":"))
    return table, Model.parsed(text), text


def main() -> None:
    """Train and write the files, or say how well it does on what was held out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--test", type=Path, help="print the scores of these, write no file")
    chosen = parser.parse_args()
    table, model, text = learned(
        [pair for path in chosen.pairs for pair in data.pairs(path)], chosen.seed
    )
    if not chosen.test:
        room = ROOT / "judgement"
        (room / "association.json").write_text(
            json.dumps(dataclasses.asdict(table), separators=(",", ":")) + "\n", "utf-8"
        )
        (room / "alignment.json").write_text(text + "\n", "utf-8")
        return
    with mock.patch.object(association, "table", return_value=table):
        for row, pair in zip(data.rows(chosen.test), data.pairs(chosen.test), strict=True):
            print(json.dumps({"id": row["id"], "score": model.score(READER.row(pair))}))


if __name__ == "__main__":
    main()
