"""Finds speech in audio events by Silero VAD: an event carries 16 kHz, mono, 16-bit samples in contents["pcm"].

The recurrent state and the samples left over are kept from run to run, since the interpreter stays warm.
Sends a feature "speech" with the stretches of speech, in seconds since the first sample.
"""

from walle import log, nn, np, store, tunnel

vad = nn.load("vad")

RATE = 16000
FRAME = 512  # new samples a step
CONTEXT = 64  # samples of the step before, in front of them
ON, OFF = 0.5, 0.35  # speech begins above the one and ends below the other


class Listener:
    def __init__(self):
        self.state = np.zeros((2, 1, 128), np.float32)
        self.context = np.zeros((1, CONTEXT), np.float32)
        self.rest = np.zeros((0,), np.float32)
        self.frames = 0
        self.began = None

    def hear(self, samples):
        """Takes samples in [-1, 1); returns the stretches of speech that ended, as (from, to) in seconds."""
        samples = np.concatenate([self.rest, samples])
        whole = samples.shape[0] // FRAME
        ended = []
        for i in range(whole):
            frame = samples[i * FRAME : (i + 1) * FRAME].reshape((1, FRAME))
            x = np.concatenate([self.context, frame], axis=1)
            probability, self.state = vad(input=x, state=self.state, sr=np.array(RATE, np.int64))
            self.context = x[:, -CONTEXT:]
            ended += self.step(float(probability[0, 0]))
        self.rest = samples[whole * FRAME :]
        return ended

    def step(self, probability):
        now = self.frames * FRAME / RATE
        self.frames += 1
        if self.began is None and probability >= ON:
            self.began = now
        elif self.began is not None and probability < OFF:
            stretch = (round(self.began, 3), round(now, 3))
            self.began = None
            return [stretch]
        return []


listener = Listener()


def run(event, ctx):
    stretches = []
    for e in event["events"]:
        samples = np.frombuffer(e["contents"]["pcm"], np.int16).astype(np.float32) / 32768.0
        stretches += listener.hear(samples)
    for begin, end in stretches:
        store.append("speech", {"from": begin, "to": end})
    if stretches:
        tunnel.send("speech", {"stretches": [list(s) for s in stretches]})
    log.info("listened", seconds=round(listener.frames * FRAME / RATE, 2), stretches=len(stretches))
    return {"stretches": [list(s) for s in stretches], "speaking": listener.began is not None}
