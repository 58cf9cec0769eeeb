"""Holds the built VST3 bundle, in an independent host, against what the Rust side has rendered.

Arguments: the bundle, and a folder with `cases.json`: {"parameters": [...], "cases": [...]} and the audio
files it names (raw little-endian 32-bit floats, left channel first). Ends with exit code 1 and a line per
fault.
"""

import json
import pathlib
import sys

import numpy
import pedalboard

faults = []


def check(holds, what):
    if not holds:
        faults.append(what)


def fresh():
    return pedalboard.load_plugin(str(bundle), plugin_name="Finalcoat")


def audio(name, channels):
    return numpy.fromfile(folder / name, dtype="<f4").reshape(channels, -1)


def parameters_are(expected):
    plugin = fresh()
    check(list(plugin.parameters) == [p["id"] for p in expected], list(plugin.parameters))
    for wanted in expected:
        parameter = plugin.parameters[wanted["id"]]
        name = wanted["name"]
        check(parameter.name == name, f"{name} is called {parameter.name}")
        unit = (parameter.label or "").strip()
        check(unit == wanted["unit"], f"{name} is in {unit!r}")
        default = parameter.raw_value
        check(abs(default - wanted["default"]) < 1e-6, f"{name} starts at {default}")
        for raw, text in wanted["texts"]:
            # What the host shows while the parameter stands there, and what it reads back.
            parameter.raw_value = raw
            check(parameter.string_value == text, f"{name} {raw} shows {parameter.string_value!r}")
            again = parameter.get_raw_value_for_text(text)
            check(abs(again - raw) < 1e-6, f"{name} reads {text!r} as {again}")


def set_all(plugin, values):
    for name, raw in values.items():
        plugin.parameters[name].raw_value = raw


def same(output, expected, what):
    if output.shape != expected.shape:
        faults.append(f"{what}: {output.shape} for {expected.shape}")
        return
    apart = numpy.argwhere(output.view("<u4") != expected.view("<u4"))
    if len(apart):
        channel, frame = apart[0]
        found, wanted = output[channel, frame], expected[channel, frame]
        faults.append(
            f"{what}: {len(apart)} samples differ, first channel {channel} frame {frame}: "
            f"{found} for {wanted}"
        )


def null_test(case):
    what = f"{case['rate_hz']} Hz in blocks of {case['block_frames']}"
    plugin = fresh()
    set_all(plugin, case["values"])
    source = audio(case["input"], 2)
    expected = audio(case["expected"], 2)

    def render(plugin):
        # This host removes the latency that the plugin reports.
        return plugin.process(source, case["rate_hz"], buffer_size=case["block_frames"])

    # Parameters move with the first block, and the engine glides: let them arrive.
    silence = numpy.zeros((2, int(case["rate_hz"] * 0.2)), dtype="float32")
    plugin.process(silence, case["rate_hz"])
    same(render(plugin), expected, what)
    latency = plugin.reported_latency_samples
    check(latency == case["latency_samples"], f"{what}: reports {latency} samples of latency")
    same(render(plugin), expected, f"{what}, a second time")

    restored = fresh()
    restored.raw_state = plugin.raw_state
    for name, raw in case["values"].items():
        found = restored.parameters[name].raw_value
        check(abs(found - raw) < 1e-6, f"{what}: {name} is restored as {found} for {raw}")
    same(render(restored), expected, f"{what}, with the restored state")


bundle = pathlib.Path(sys.argv[1])
folder = pathlib.Path(sys.argv[2])
task = json.loads((folder / "cases.json").read_text())
parameters_are(task["parameters"])
for case in task["cases"]:
    null_test(case)
for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
