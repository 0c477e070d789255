from cases.common import *

TANH = 4


def lstm(time_major=False, steps=4, batch=2, width=3, units=5, out=None, **form):
    model = Model()
    g = model.main
    out = out or units
    seed = itertools.count(1)
    weight = lambda *shape: g.const(normal(shape, next(seed), 0.5))
    gates = [None if form.get("coupled") and i == 0 else i for i in range(4)]
    inputs = [g.input(normal((steps, batch, width) if time_major else (batch, steps, width)))]
    inputs += [-1 if i is None else weight(units, width) for i in gates]
    inputs += [-1 if i is None else weight(units, out) for i in gates]
    for i in (0, 1, 3):
        inputs.append(weight(units) if form.get("peephole") and gates[i] is not None else -1)
    inputs += [-1 if i is None else weight(units) for i in gates]
    inputs += [weight(out, units), weight(out)] if form.get("projection") else [-1, -1]
    inputs += [g.state((batch, out)), g.state((batch, units))]
    if form.get("norm"):
        inputs += [-1 if i is None else g.const(np.abs(normal(units, next(seed))) + 0.5) for i in gates]
    opts = options("UnidirectionalSequenceLSTM", fusedActivationFunction=TANH, timeMajor=time_major,
                   cellClip=form.get("cell_clip", 0.0), projClip=form.get("proj_clip", 0.0))
    g.output(g.op("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [((), F32)], opts))
    return model


def rnn(op, kind, shape, units=5, batch=2, **fields):
    model = Model()
    g = model.main
    inputs = [g.input(normal(shape)), g.const(normal((units, shape[-1]), 1, 0.5)), g.const(normal((units, units), 2, 0.5)),
              g.const(normal(units, 3)), g.state((batch, units))]
    g.output(g.op(op, inputs, [((), F32)], options(kind, fusedActivationFunction=TANH, **fields)))
    return model


def svdf(rank, steps=4, batch=2, width=3, units=5):
    model = Model()
    g = model.main
    inputs = [g.input(normal((batch, width))), g.const(normal((units * rank, width), 1)),
              g.const(normal((units * rank, steps), 2)), g.const(normal(units, 3)), g.state((batch, units * rank * steps))]
    g.output(g.op("SVDF", inputs, [((), F32)], options("SVDF", rank=rank, fusedActivationFunction=1)))
    return model


def cases():
    yield "lstm", lstm()
    yield "lstm_time_major", lstm(time_major=True)
    yield "lstm_clipped", lstm(cell_clip=0.3)
    yield "lstm_peephole", lstm(peephole=True)
    yield "lstm_coupled", lstm(coupled=True, peephole=True)
    yield "lstm_projection", lstm(projection=True, out=3, proj_clip=0.4)
    yield "lstm_norm", lstm(norm=True, peephole=True, projection=True, out=3)
    yield "rnn", rnn("RNN", "RNN", (2, 3))
    yield "unidirectional_sequence_rnn", rnn("UNIDIRECTIONAL_SEQUENCE_RNN", "SequenceRNN", (2, 4, 3))
    yield "unidirectional_sequence_rnn_time_major", rnn("UNIDIRECTIONAL_SEQUENCE_RNN", "SequenceRNN", (4, 2, 3), timeMajor=True)
    yield "svdf", svdf(1)
    yield "svdf_rank_2", svdf(2)
