# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""The plan as a picture (layers to the right, addresses upwards) and as a table."""
import html

import image
from layout import live_bytes, regions

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 40, 400, 70, 30, 34
COLOURS = ("#8dd3c7", "#bebada", "#80b1d3", "#fdb462", "#b3de69", "#fccde5")
SCRATCH = "#d9d9d9"


def svg(model):
    """A rectangle for each region of the arena."""
    found = regions(model)
    width, arena = LEFT + WIDTH * len(model.layers) + 20, max(model.arena, 1)
    title = html.escape(f"{model.name}: {model.arena} bytes of working memory, {len(model.layers)} layers")
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{max(width, 420)}" height="{HEIGHT + TOP + BOTTOM}" '
             'font-family="sans-serif" font-size="11">',
             f'<text x="{LEFT}" y="18" font-size="14">{title}</text>']
    for number, region in enumerate(found):
        parts.append(rectangle(region, COLOURS[number % len(COLOURS)], arena))
    for number, layer in enumerate(model.layers):
        parts.append(f'<text x="{LEFT + WIDTH * number + WIDTH / 2}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{number}'
                     f"<title>{layer.op}</title></text>")
    for eighth in range(0, 9, 2):
        y = TOP + HEIGHT - HEIGHT * eighth // 8
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{model.arena * eighth // 8}</text>'
                     f'<line x1="{LEFT - 3}" x2="{LEFT}" y1="{y}" y2="{y}" stroke="black"/>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def rectangle(region, colour, arena):
    height = max(HEIGHT * (region.end - region.start) / arena, 1)
    y = TOP + HEIGHT * (1 - region.end / arena)
    width = WIDTH * (region.last - region.first + 1) - 2
    label = html.escape(f"{region.what}: {region.end - region.start} bytes at {region.start}")
    fill = SCRATCH if region.what.startswith("rows") else colour
    return (f'<rect x="{LEFT + WIDTH * region.first + 1}" y="{y:.1f}" width="{width}" height="{height:.1f}" fill="{fill}" stroke="#555">'
            f"<title>{label}</title></rect>")


def text(model, rows=24):
    """The same in letters: one per region, a column per layer."""
    found = [(region, chr(ord("a") + n % 26)) for n, region in enumerate(regions(model))]
    cell = max(-(-model.arena // rows), 1)
    lines = []
    for row in range(-(-model.arena // cell) - 1, -1, -1):
        columns = "".join(letter(found, number, row * cell, (row + 1) * cell) for number in range(len(model.layers)))
        lines.append(f"{row * cell:8} |{columns}|")
    return "\n".join(lines + [f"{'':8} +{'-' * len(model.layers)}+", table(model)])


def letter(found, number, start, end):
    for region, name in found:
        if region.first <= number <= region.last and region.start < end and start < region.end:
            return "#" if region.what.startswith("rows") else name
    return "."


def shape_text(shape):
    return "x".join(map(str, shape))


def where(word):
    return image.WINDOWS[image.window_of(word)] + f"+{image.offset_of(word)}"


def table(model):
    """Memory by layer."""
    found = regions(model)
    lines = [f"{'layer':>5} {'operation':18} {'input':>12} {'output':>12} {'macs':>10} {'scratch':>8} {'live':>8}  {'from':16} to"]
    for number, layer in enumerate(model.layers):
        lines.append(f"{number:5} {layer.op:18} {shape_text(layer.in_shape):>12} {shape_text(layer.out_shape):>12} {layer.macs():10} "
                     f"{layer.scratch_bytes():8} {live_bytes(found, number):8}  {where(layer.source):16} {where(layer.target)}")
    peak = max(live_bytes(found, number) for number in range(len(model.layers)))
    return "\n".join(lines + [f"arena {model.arena}, most that lives at a time {peak}"])


def summary(model, size):
    lines = [f"model         {model.name}", f"image         {size} bytes, constants {len(model.constants)}",
             f"arena         {model.arena} bytes", f"macs          {model.macs()}",
             "instructions  " + ", ".join(f"{name} {count}" for name, count in
                                          zip(("scalar", "VLEN 128", "VLEN 256", "VLEN 512"), model.instructions)) + " (estimated)"]
    for port in model.ports:
        labels = f", labels {' '.join(port.labels)}" if port.labels else ""
        lines.append(f"{port.kind:6} '{port.name}': {port.dtype} {shape_text(port.shape)}, value = {port.scale:.9g} * (number - {port.zero}), "
                     f"at {port.offset}{labels}")
    return "\n".join(lines)
