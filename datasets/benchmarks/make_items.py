"""Makes the items of five tasks and measures what cues without understanding reach on them.

Run it from the top folder: python3 datasets/benchmarks/make_items.py writes the files,
with --check it measures those that are here.
"""
import itertools
import json
import random
import re
import sys
from collections import Counter
from pathlib import Path

from lexicon import (ADJECTIVES, DEEDS, HEADS, MEN, NEEDS, PEOPLE, PLACES, PREDICATES, QUALITIES, RELATIONS,
                     SCENE_PLACES, SCENES, SEEKING, STORIES, THINGS, TOO_NEAR, WHENS, WOMEN)

SEED = 6
HERE = Path(__file__).resolve().parent


def agreement(rng):
    """Each verb 20 times: five for each number of the head and of the noun that stands between."""
    triples = [(head, noun) for head in HEADS for noun in head[3]]
    for one, many, rest in PREDICATES:
        draws = iter(rng.sample(triples, 20))
        for head_plural, noun_plural in itertools.product((0, 1), (0, 1)):
            for _ in range(5):
                head, noun = next(draws)
                begin = f"The {head[head_plural]} {head[2]} the {noun[noun_plural]}"
                good, bad = (many, one) if head_plural else (one, many)
                kind = f"{'plural' if head_plural else 'singular'}-{'plural' if noun_plural else 'singular'}"
                yield pair(f"{begin} {good} {rest}.", f"{begin} {bad} {rest}.", kind)


def word_order(rng):
    """Each violation 60 times; both sentences of an item have the same words."""
    for kind in ("adjective-noun", "article-noun", "preposition", "verb-object", "auxiliary"):
        for _ in range(60):
            adjective, person, (past, participle) = rng.choice(ADJECTIVES), rng.choice(PEOPLE), rng.choice(DEEDS)
            quality, thing, place = rng.choice(QUALITIES), rng.choice(THINGS), rng.choice(PLACES)
            preposition, where = place.split(" ", 1)
            good = {
                "adjective-noun": f"The {adjective} {person} {past} the {thing} {place}.",
                "article-noun": f"The {adjective} {person} {past} the {thing} {place}.",
                "preposition": f"The {person} {past} the {quality} {thing} {place}.",
                "verb-object": f"The {adjective} {person} {past} the {quality} {thing} {place}.",
                "auxiliary": f"The {person} had {participle} the {quality} {thing} {place}.",
            }[kind]
            bad = {
                "adjective-noun": f"The {person} {adjective} {past} the {thing} {place}.",
                "article-noun": f"The {adjective} {person} {past} {thing} the {place}.",
                "preposition": f"The {person} {past} the {quality} {thing} {where} {preposition}.",
                "verb-object": f"The {adjective} {person} the {quality} {thing} {past} {place}.",
                "auxiliary": f"The {person} {participle} had the {quality} {thing} {place}.",
            }[kind]
            yield pair(good, bad, kind)


def plausibility(rng):
    """150 pairs of needs: both items of a pair have the same choices, and each of them is right once."""
    pairs = [(a, b) for a, b in itertools.combinations(NEEDS, 2) if {a[0], b[0]} not in TOO_NEAR]
    for a, b in rng.sample(pairs, 75) + rng.sample(pairs, 75):
        seeking, choices = rng.choice(SEEKING), [rng.choice(a[2]), rng.choice(b[2])]
        yield from crossed([f"{rng.choice(need[1])}, so {seeking}" for need in (a, b)], choices, f"{a[0]}-{b[0]}", rng)


def coreference(rng):
    """Deeds of two people with their converse, and pronouns of two people of different sex; each name right once."""
    for (deed, converse, question, answer), _ in itertools.product(RELATIONS, range(10)):
        a, b = rng.sample(rng.choice((WOMEN, MEN)), 2)
        slots = {"thing": rng.choice(THINGS), "place": rng.choice(SCENE_PLACES), "when": rng.choice(WHENS)}
        queries = [f"{text} {question}".format(a=a, b=b, **slots) for text in (deed, converse)]
        yield from crossed(queries, [a, b] if answer == "a" else [b, a], "relation", rng)
    for (begin, deed, question), _ in itertools.product(SCENES, range(15)):
        a, b = rng.sample([rng.choice(WOMEN), rng.choice(MEN)], 2)
        slots = {"thing": rng.choice(THINGS), "place": rng.choice(SCENE_PLACES), "a": a, "b": b}
        said = ["She" if name in WOMEN else "He" for name in (a, b)]
        yield from crossed([f"{begin} {deed} {question}".format(p=p, **slots) for p in said], [a, b], "pronoun", rng)


def story_cloze(rng):
    """Each story eight times; the two items of a pair differ in one sentence, which says which of two endings fits."""
    for fillings, story, first, second, *endings in STORIES:
        for filling, name in zip(fillings * 2, rng.sample(WOMEN, 4) + rng.sample(MEN, 4)):
            if " his " in first or "his arms" in endings[0] or "in love" in story:
                name = rng.choice(WOMEN if "in love" in story else MEN)
            slots = {"n": name, "x": filling}
            queries = [story.replace("{turn}", turn).format(**slots) for turn in (first, second)]
            yield from crossed(queries, [ending.format(**slots) for ending in endings], fillings[0], rng)


def pair(good, bad, kind):
    """An item of two sentences."""
    return {"sentence_good": good, "sentence_bad": bad, "kind": kind}


def crossed(queries, choices, kind, rng):
    """Two items with the same choices in the same order; query i has the answer choices[i]."""
    order = rng.sample((0, 1), 2)
    for right, query in enumerate(queries):
        yield {"query": query, "choices": [choices[i] for i in order], "gold": order.index(right), "kind": kind}


def numbered(items):
    """Items with choices get the number of their pair."""
    for at, item in enumerate(items):
        if "gold" in item:
            item["pair"] = at // 2
    return items


def unique(make, rng):
    """The items of a task, made anew until no two are alike."""
    for _ in range(1000):
        items = list(make(rng))
        if len({(item.get("query"), *sorted(answers(item))) for item in items}) == len(items):
            return numbered(items)
    raise SystemExit(f"{make.__name__} repeats itself")


def answers(item):
    """The right and the wrong answer."""
    if "gold" in item:
        return item["choices"][item["gold"]], item["choices"][1 - item["gold"]]
    return item["sentence_good"], item["sentence_bad"]


def share(items, prefers):
    """How often a cue is right, a tie counting as half."""
    total = 0.0
    for item in items:
        right, wrong = answers(item)
        a, b = prefers(item, right), prefers(item, wrong)
        total += 0.5 if a == b else float(a > b)
    return total / len(items)


def words(text):
    return re.findall(r"[a-z']+", text.lower())


def check(task, items):
    """Shares of items on which a cue that understands nothing is right."""
    counts = Counter(word for item in items for answer in answers(item) for word in words(answer))
    cues = {
        "shorter answer": lambda _, answer: -len(answer),
        "commoner words": lambda _, answer: sum(counts[word] for word in words(answer)) / len(words(answer)),
    }
    if "gold" in items[0]:
        cues["first choice"] = lambda item, answer: answer == item["choices"][0]
        cues["more words of the query"] = lambda item, answer: len(set(words(answer)) & set(words(item["query"])))
    if task == "agreement":
        plural = {noun for head in HEADS for _, noun in head[3]}
        many = {verb for _, verb, _ in PREDICATES}
        cues["verb as the noun before it"] = lambda _, text: (words(text)[4] in plural) == (words(text)[5] in many)
    if task == "coreference":
        cues["name mentioned first"] = lambda item, answer: -item["query"].index(answer)
    return {name: share(items, prefers) for name, prefers in cues.items()}


MAKERS = {"agreement": agreement, "word-order": word_order, "plausibility": plausibility, "coreference": coreference,
          "story-cloze": story_cloze}


def main():
    for task in MAKERS:
        path = HERE / f"{task}.jsonl"
        if "--check" not in sys.argv:
            rng = random.Random(f"{SEED} {task}")
            items = unique(MAKERS[task], rng)
            rng.shuffle(items)
            path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
        items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found = "; ".join(f"{name} {value:.3f}" for name, value in check(task, items).items())
        print(f"{task}: {len(items)} items; {found}")


if __name__ == "__main__":
    main()
