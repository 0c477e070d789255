#!/usr/bin/env python3
"""Reads ipc/dbus/*.xml and writes, into the build tree only: argument structs, walled's vtables and the declarations of
its handlers, client stubs, man pages and a completion fragment. `codegen.py --xml DIR --out DIR`; `--list` prints what
would be written."""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import client  # noqa: E402
import manual  # noqa: E402
import model  # noqa: E402
import server  # noqa: E402
import structs  # noqa: E402


def outputs(interface):
    name = interface.snake
    return {
        f"ipc/dbus/{name}.h": structs.header,
        f"ipc/client/{name}.h": client.header,
        f"ipc/client/{name}.cpp": client.source,
        f"daemon/bus/{name}.h": server.header,
        f"daemon/bus/{name}.cpp": server.source,
        f"man/org.walle.Walle1.{interface.name}.5": manual.page,
    }


def write(path, text):
    """Writes only what changed, so that nothing is compiled again without need."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--xml", required=True, type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    interfaces = [model.read(path) for path in sorted(arguments.xml.glob("*.xml"))]
    for interface in interfaces:
        for path, render in outputs(interface).items():
            if arguments.list:
                print(path)
            else:
                write(arguments.out / path, render(interface))
    if arguments.list:
        print("completion/walle-dbus.bash")
    else:
        write(arguments.out / "completion/walle-dbus.bash", manual.completion(interfaces))


if __name__ == "__main__":
    main()
