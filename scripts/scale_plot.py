"""Small plots of what scripts/bench-scale and bench-growth measured, and the goal in each, as one SVG."""

import math

WIDTH, HEIGHT, LEFT, TOP, ACROSS = 250, 150, 64, 34, 3
PANELS = [
    ("status, seconds", lambda r: r["status"][0], 1),
    ("tasks (one file of 100), seconds", lambda r: r["tasks"][0], 5),
    ("report --json, seconds", lambda r: r["report"][0], 30),
    ("commits, clips per second", lambda r: r["clips_a_second"], 3000),
    ("bytes per clip on disk", lambda r: r["bytes_a_clip"], 2000),
    ("peak memory, MB (report; status below)", lambda r: r["report"][1] / 1e6, None),
]


def short(x):
    for size, letter in (1e6, "M"), (1e3, "k"):
        if x >= size:
            return f"{x / size:g}{letter}"
    return f"{x:g}"


def panel(at, axis, title, series, goal):
    x0 = LEFT + (at % ACROSS) * (WIDTH + LEFT + 16)
    y0 = TOP + (at // ACROSS) * (HEIGHT + TOP + 40)
    values = [v for points in series for _, v in points] + ([goal] if goal else [])
    low, high = math.floor(math.log10(min(values)) - 1e-9), math.ceil(math.log10(max(values)) + 1e-9)
    first = math.log10(min(n for points in series for n, _ in points))
    last = max(math.log10(max(n for points in series for n, _ in points)), first + 1)
    px = lambda n: x0 + (math.log10(n) - first) / (last - first) * WIDTH
    py = lambda v: y0 + HEIGHT - (math.log10(v) - low) / (high - low) * HEIGHT
    out = [f'<text x="{x0}" y="{y0 - 10}" class="t">{title}</text>',
           f'<text x="{x0 + WIDTH / 2:g}" y="{y0 + HEIGHT + 31}" class="n" text-anchor="middle">{axis}</text>']
    for power in range(low, high + 1):
        y = py(10 ** power)
        out.append(f'<path d="M{x0} {y:.1f}h{WIDTH}" class="g"/><text x="{x0 - 6}" y="{y + 4:.1f}" class="n" text-anchor="end">{short(10 ** power)}</text>')
    for n in sorted({n for points in series for n, _ in points}):
        out.append(f'<text x="{px(n):.1f}" y="{y0 + HEIGHT + 16}" class="n" text-anchor="middle">{short(float(f"{n:.1e}"))}</text>')
    if goal:
        out.append(f'<path d="M{x0} {py(goal):.1f}h{WIDTH}" class="w"/><text x="{x0 + WIDTH}" y="{py(goal) - 4:.1f}" class="n" text-anchor="end">goal</text>')
    for points in series:
        out.append('<path d="M' + "L".join(f"{px(n):.1f} {py(v):.1f}" for n, v in points) + '" class="l"/>')
        out += [f'<circle cx="{px(n):.1f}" cy="{py(v):.1f}" r="3"/>' for n, v in points]
    return "".join(out)


def write(path, rows):
    """The panels of a growing workspace."""
    rows, panels = list(rows.values()), []
    for title, of, goal in PANELS:
        series = [[(r["clips"], of(r)) for r in rows]]
        if goal is None:
            series.append([(r["clips"], r["status"][1] / 1e6) for r in rows])
        if not any(math.isnan(v) for points in series for _, v in points):  # not measured (NO_TASKS)
            panels.append((title, series, goal))
    draw(path, "Growth with the number of clips", "clips", panels)


def draw(path, title, axis, panels):
    """An SVG of panels over the same axis: a title, series of points, a goal or None."""
    parts = [panel(at, axis, *each) for at, each in enumerate(panels)]
    across, down = min(ACROSS, len(parts)), -(-len(parts) // ACROSS)
    wide, high = across * (WIDTH + LEFT + 16) + 20, down * (HEIGHT + TOP + 40)
    style = ("text{font:12px sans-serif;fill:#222}.t{font-weight:600}.n{font-size:11px;fill:#555}.g{stroke:#ddd}"
             ".w{stroke:#c33;stroke-dasharray:5 4}.l{stroke:#06c;stroke-width:2;fill:none}circle{fill:#06c}")
    with open(path, "w", encoding="utf-8") as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img"><title>{title}</title>'
                  f'<style>{style}</style><rect width="{wide}" height="{high}" fill="#fff"/>{"".join(parts)}</svg>\n')
