"""Reports the name of each image it is given: what the fault test counts."""

from walle import store, tunnel


def run(event, ctx):
    names = [e["contents"]["name"] for e in event["events"] if e["id"] == "image"]
    for name in names:
        store.append("seen", {"name": name})
        tunnel.send("seen", {"name": name})
    return {"names": names}
