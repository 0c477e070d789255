"""Keeps the number of each image it is given, and works a little, as tasks do: what the soak counts."""

from walle import np, store, tunnel


def run(event, ctx):
    numbers = [e["contents"]["number"] for e in event["events"] if e["id"] == "image"]
    noise = np.arange(4096, dtype=np.float32).reshape(64, 64)
    for number in numbers:
        store.append("counted", {"number": number, "trace": float((noise @ noise)[0, 0])})
    tunnel.send("counted", {"numbers": numbers})
    return {"count": len(numbers)}
