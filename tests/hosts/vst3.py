"""A host of the built VST3 bundle that does as it is told: one line in, one answer out, as
`tests/hosts/process.rs` says. Argument: the bundle.
"""

import json
import pathlib
import sys

import numpy
import pedalboard

MARK = "host> "
RATE_HZ = 44100.0
NAMES = {"master": "Finalcoat", "stem": "Finalcoat Stem"}

instances = []


def state_of(plugin):
    """The plugin's own part of the state: JSON, behind the header of a preset file."""
    data = plugin.preset_data
    start = data.index(b'{"')
    return json.JSONDecoder().raw_decode(data[start:].decode("utf-8", "replace"))[0]


def sound(seconds):
    """Noise in place of a song: this host has no transport to play one with."""
    frames = int(seconds * RATE_HZ)
    random = numpy.random.default_rng(1)
    return random.uniform(-0.25, 0.25, (2, frames)).astype("float32")


def open_one(kind, _name, state):
    plugin = pedalboard.load_plugin(bundle, plugin_name=NAMES[kind])
    if state:
        plugin.raw_state = pathlib.Path(state).read_bytes()
    # Makes it ready to process.
    plugin.process(sound(0.1), RATE_HZ)
    instances.append(plugin)
    return len(instances) - 1


def play(plugin, _stem, _from, seconds):
    given = sound(float(seconds))
    # This host removes the latency that the plugin reports.
    heard = plugin.process(given, RATE_HZ)
    wide = numpy.float64
    gain = numpy.sqrt(numpy.sum(wide(heard) ** 2) / numpy.sum(wide(given) ** 2))
    return {
        "same": bool(numpy.array_equal(heard, given)),
        "gain_db": float(20 * numpy.log10(gain)),
        "apart": float(numpy.max(numpy.abs(wide(heard) - gain * wide(given)))),
    }


def obey(words):
    verb, *rest = words
    if verb == "open":
        return open_one(*rest)
    plugin = instances[int(rest[0])]
    if verb == "session":
        return json.loads(state_of(plugin)["fields"]["session"])
    if verb == "save":
        pathlib.Path(rest[1]).write_bytes(plugin.raw_state)
    elif verb == "load":
        plugin.raw_state = pathlib.Path(rest[1]).read_bytes()
    elif verb == "play":
        return play(plugin, *rest[1:])
    else:
        raise ValueError(verb)
    return "done"


bundle = sys.argv[1]
for line in sys.stdin:
    print(MARK + json.dumps(obey(line.rstrip("\n").split("\t"))), flush=True)
