"""Draw the Mandelbrot set to a PGM file: ``python mandelbrot_image.py [FILE]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from minijit import jit


@jit
def escape_time(c, limit):
    """How many steps ``z = z * z + c`` stays within the circle of radius 2, at most ``limit``."""
    z = 0j
    for step in range(limit):
        if z.real * z.real + z.imag * z.imag > 4.0:
            return step
        z = z * z + c
    return limit


@jit
def picture(rows, columns, limit):
    """Grey values: black inside of the set, lighter the faster a point escapes."""
    image = np.zeros((rows, columns), np.uint8)
    inside = 0
    for i in range(rows):
        for j in range(columns):
            c = complex(-2.1 + 3.0 * j / columns, -1.2 + 2.4 * i / rows)
            steps = escape_time(c, limit)
            if steps == limit:
                inside += 1
            else:
                image[i, j] = 255 - 200 * steps // limit
    return image, inside


def main() -> None:
    """Draw, measure the area of the set, and read the file back."""
    rows, columns, limit = 240, 300, 100
    image, inside = picture(rows, columns, limit)
    area = inside * (3.0 / columns) * (2.4 / rows)
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(), "mandelbrot.pgm")
    path.write_bytes(b"P5 %d %d 255\n" % (columns, rows) + image.tobytes())
    print(f"{columns} x {rows} points, {inside} of them inside: area {area:.3f} (known: 1.507)")
    print(f"written to {path}, {path.stat().st_size} bytes")
    assert abs(area - 1.507) < 0.06
    assert path.read_bytes().endswith(image.tobytes())


if __name__ == "__main__":
    main()
