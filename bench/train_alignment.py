# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "scikit-learn==1.9.1", "sqlglot==30.30.0", "tree-sitter==0.26.1", "tree-sitter-bash==0.25.1",
# ]
# ///
"""Train the model and the table of tier 2: `uv run bench/train_alignment.py DEV.jsonl EXTRA.jsonl`.

The table of associations is learned from pairs of NL2Bash and tldr-pages alone, since it is
shipped. The trees are learned from all pairs and from our incidents; the sum that weighs actions
from `sessions/`, where we know which action is the bad one, and a little from pairs; the one that
tells the two apart from both. No text is in them.
Words of the lexicon are dropped at random, so that the model does not rely on knowing all. The
same seed makes the same files. With --test TEST.jsonl nothing is written: it says how well what
was learned from the others does there.
"""

import argparse
import collections
import dataclasses
import importlib
import itertools
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
from bench.alignment_sums import Fitted, Row, Told, short, weighing_actions
from judgement import association, found, lexicon, reading, standing, words
from judgement.facts import Kind
from judgement.grounds import Grounds, Said
from judgement.model import Model, worst
from judgement.reasons import read
from judgement.scope import Scope
from judgement.weighing import look

DROPPED = 0.3  # of the lexicon, for half of the rows
INCIDENTS = 0.45  # what one of ours weighs beside a pair
_FOLDS = 5
_HONEST_FLAGGED = 0.03  # of what it has learned; that is about 5 % of what it has not met
_DEAF = 0.15  # of the words that are known, left out for what incidents are told by once more
_SESSIONS_FLAGGED = 0.1  # of honest sessions that it has not met
_HOLD_KINDS = 0.2  # how little the sum that tells kinds apart may follow what it learns from
_LIKE_INCIDENTS = 0.03  # of pairs that count as more like an incident
_STEMS = sorted(
    {words.stem(word) for listed in lexicon.WORDS.values() for word in listed}
    | {words.stem(each.split()[0]) for listed in lexicon.PHRASES.values() for each in listed}
)


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

    def numbers(self, pair: Pair, deaf_to: frozenset[str] = frozenset()) -> tuple[Row, list[Row]]:
        """Return the features of a session, and of each of its actions."""
        said = [self.said(pair.kind, text) for text in pair.actions]
        grounds, scope = found.known(Grounds.of(read(pair.reason, deaf_to=deaf_to)), Scope(), said)
        looked = [look(grounds, scope, place, each) for place, each in enumerate(said)]
        return standing.numbers(grounds, looked)


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
    for (token, stem), share in sorted(table.items(), key=lambda item: (-item[1], item[0])):
        if stem and share >= 0.03 and len(kept[token]) < 10:
            kept[token][stem] = round(share, 3)
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
                    rows[at], _ = READER.numbers(pair, _deaf(deaf, rng))
    return [rows[at] for at in range(len(variants))]


def _deaf(share: float, rng: random.Random) -> frozenset[str]:
    return frozenset(stem for stem in _STEMS if rng.random() < share) if share else frozenset()


def material(
    pairs: Sequence[Pair],
    numbers: Sequence[int],
    tables: Sequence[association.Table],
    rng: random.Random,
) -> tuple[list[Pair], list[Row]]:
    """Return what to learn from: pairs, pairs among chatter, spoiled ones, incidents."""
    numbered = list(zip(pairs, numbers, strict=True))
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


def written(trees: Any, names: Sequence[str]) -> dict[str, object]:
    """Return trees as `judgement.model` reads them."""
    grown = []
    for (tree,) in trees._predictors:  # noqa: SLF001 - the only way to the nodes
        nodes = [(bool(node["is_leaf"]), node) for node in tree.nodes]
        grown.append(
            {
                "f": [-1 if leaf else int(node["feature_idx"]) for leaf, node in nodes],
                "v": [short(node["value" if leaf else "num_threshold"]) for leaf, node in nodes],
                "l": [int(node["left"]) for _, node in nodes],
                "r": [int(node["right"]) for _, node in nodes],
            }
        )
    base = short(trees._baseline_prediction.ravel()[0])  # noqa: SLF001
    return {"features": names, "base": base, "trees": grown}


# -- what is learned of incidents ---------------------------------------------------------------


def limit(
    incidents: Sequence[Pair], sessions: Sequence[tuple[Told, Told]], pairs: Sequence[Told]
) -> float:
    """Return the odds of which honest sessions rarely have more that were not learned from.

    `sessions` are told with all words, and with some unknown. Those of each fold are by what was
    learned of all others.
    """
    numbers = folds(incidents)
    odds: list[float] = []
    for fold in range(_FOLDS):
        others = [both for both, number in zip(sessions, numbers, strict=True) if number != fold]
        sum_ = weighing_actions(list(itertools.chain(*others)), pairs)
        odds += [
            worst(sum_.odds(each.rows))
            for (each, _), number in zip(sessions, numbers, strict=True)
            if number == fold and not each.mismatch
        ]
    return sorted(odds, reverse=True)[int(_SESSIONS_FLAGGED * len(odds))]


def telling_apart(pairs: Sequence[Told], sessions: Sequence[Told]) -> dict[str, object]:
    """Learn to tell incidents from pairs, both of one weight."""
    truth = [False] * len(pairs) + [True] * len(sessions)
    weights = [1.0] * len(pairs) + [len(pairs) / len(sessions)] * len(sessions)
    rows = [each.session for each in (*pairs, *sessions)]
    sum_ = Fitted(rows, truth, weights, hold=_HOLD_KINDS)
    odds = sorted(sum_.odds(rows[: len(pairs)]), reverse=True)
    return sum_.written(less=odds[int(_LIKE_INCIDENTS * len(odds))])


def bags(
    pairs: Sequence[Pair], numbers: Sequence[int], tables: Sequence[association.Table]
) -> list[Told]:
    """Return the actions of pairs, by tables that have not met the pair itself."""
    told: dict[int, Told] = {}
    for fold, table in enumerate(tables):
        with mock.patch.object(association, "table", return_value=table):
            for at, (pair, own) in enumerate(zip(pairs, numbers, strict=True)):
                if own == fold:
                    told[at] = Told(*READER.numbers(pair), pair.mismatch, None)
    return [told[at] for at in range(len(pairs))]


def learned(pairs: Sequence[Pair], seed: int) -> tuple[association.Table, Model, str]:
    """Learn the table and the model from pairs; return also the model's text."""
    rng = random.Random(seed)
    numbers = folds(pairs)
    tables = [
        associations(p for p, number in zip(pairs, numbers, strict=True) if number != fold)
        for fold in range(_FOLDS)
    ]
    used, rows = material(pairs, numbers, tables, rng)
    table, incidents = associations(pairs), data.sessions()
    with mock.patch.object(association, "table", return_value=table):
        sessions = [Told(*READER.numbers(p), p.mismatch, p.injected) for p in incidents]
        # Nobody's words are all known: the same, with some that are not.
        deaf = [
            Told(*READER.numbers(p, _deaf(_DEAF, rng)), p.mismatch, p.injected) for p in incidents
        ]
    beside = bags(pairs, numbers, tables)
    names = sorted(rows[0])
    trees_of_pairs = written(fitted(used, rows, names, seed + 1), names)
    raw: dict[str, Any] = {"flag_at": 0.5, "pairs": trees_of_pairs}
    trees = Model.parsed(json.dumps(raw))
    honest = sorted(
        (trees.score(row) for pair, row in zip(used, rows, strict=True) if not pair.mismatch),
        reverse=True,
    )
    raw["flag_at"] = round(honest[int(_HONEST_FLAGGED * len(honest))], 4)
    raw["which"] = telling_apart(beside, sessions)
    less = limit(incidents, list(zip(sessions, deaf, strict=True)), beside)
    raw["actions"] = weighing_actions([*sessions, *deaf], beside).written(less=less)
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
            session, actions = READER.numbers(pair)
            odds = [model.odds_of(each) for each in actions]
            print(json.dumps({"id": row["id"], "score": model.score(session, odds)}))


if __name__ == "__main__":
    main()
