"""Deep Interest Network: a candidate's attention over a user's past items, then a small network."""

import numpy as np

from writer import INT64, Writer

ITEMS, CATEGORIES, SIZE, PAST = 2000, 50, 18, 30


def write(path):
    g = Writer(13)
    item, category = g.normal(0.5, ITEMS, SIZE), g.normal(0.5, CATEGORIES, SIZE)

    def embedded(kind, shape):
        ids, kinds = (g.input(f"{kind}_{n}", shape, INT64) for n in ("item", "category"))
        return g.node("Concat", [g.node("Gather", [item, ids]), g.node("Gather", [category, kinds])], axis=-1)

    query, past = embedded("candidate", ["n"]), embedded("past", [1, "t"])
    length = g.input("past_length", [1], INT64)
    width = 2 * SIZE
    shape = g.node("Concat", [g.node("Gather", [g.node("Shape", [query]), g.ints(0)]),
                              g.node("Gather", [g.node("Shape", [past]), g.ints(1)]), g.ints(width)], axis=0)
    q = g.node("Expand", [g.node("Unsqueeze", [query, g.ints(1)]), shape])
    k = g.node("Expand", [past, shape])
    x = g.node("Concat", [q, k, g.node("Sub", [q, k]), g.node("Mul", [q, k])], axis=-1)
    for cin, cout in ((4 * width, 80), (80, 40)):
        x = g.node("PRelu", [g.linear(x, cin, cout), g.weight(np.full(cout, 0.25))])
    scores = g.node("Squeeze", [g.linear(x, 40, 1), g.ints(-1)])
    steps = g.node("Range", [g.constant(np.array(0)), g.node("Gather", [g.node("Shape", [past]), g.constant(np.array(1))]),
                             g.constant(np.array(1))])
    seen = g.node("Unsqueeze", [g.node("Less", [steps, length]), g.ints(0)])
    scores = g.node("Where", [seen, g.node("Mul", [scores, g.weight(width ** -0.5)]), g.weight(-1e9)])
    interest = g.node("MatMul", [g.node("Unsqueeze", [g.node("Softmax", [scores], axis=-1), g.ints(1)]), k])
    x = g.node("Concat", [g.node("Squeeze", [interest, g.ints(1)]), query], axis=-1)
    for cin, cout in ((2 * width, 200), (200, 80)):
        x = g.node("PRelu", [g.linear(x, cin, cout), g.weight(np.full(cout, 0.25))])
    g.output(g.node("Softmax", [g.linear(x, 80, 2)], axis=-1), "probability", ["n", 2])
    g.save(path)


def cases(random):
    def case(count):
        return {"candidate_item": random.integers(0, ITEMS, count), "candidate_category": random.integers(0, CATEGORIES, count),
                "past_item": random.integers(0, ITEMS, (1, PAST)), "past_category": random.integers(0, CATEGORIES, (1, PAST)),
                "past_length": np.array([21])}

    return {"1": case(1), "100": case(100), "small": case(3)}


MODELS = {"din": (write, cases)}
