"""Operators of random graphs. Each module fills the table: name → function that draws one valid node into a graph."""

TABLE = {}


def operator(*names):
    """Registers a drawing function. With several names it is called with the one to draw."""

    def register(function):
        for name in names:
            TABLE[name] = (lambda g, n=name: function(g, n)) if len(names) > 1 else function
        return function

    return register


from operators import (control, elementwise, movement, network, older, quantised, reduction, sequences, shapes,
                       signal)  # noqa: E402,F401
