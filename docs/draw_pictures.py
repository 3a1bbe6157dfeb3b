"""Draw the pictures of the README and the docs from a demo. `make pictures` runs it; it needs Chromium."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

PICTURES = Path(__file__).resolve().parent / "pictures"
WIDTH = 1_000
TALLEST = 2_400
SHOTS = {
    "list.png": ("list/referrals.html", 690, 1_940),
    "fairness.png": ("run/fairness.html", 0, 792),
    "points-card.png": ("run/points-card.html", 540, 1_345),
}
"""For each picture: the page of the demo, and the part of it that is shown, in pixels from the top. Look at them."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip


def shoot(browser: str, page: Path, top: int, bottom: int, target: Path) -> None:
    """A picture of a part of a page in few colours, so that the file stays small."""
    with tempfile.TemporaryDirectory() as profile:
        shot = Path(profile) / "shot.png"
        options = (f"--user-data-dir={profile}", f"--window-size={WIDTH},{TALLEST}", f"--screenshot={shot}")
        subprocess.run(
            [browser, *CHROMIUM, *options, page.resolve().as_uri()], check=True, capture_output=True, timeout=120
        )
        part = Image.open(shot).convert("RGB").crop((0, top, WIDTH, bottom))
        part.quantize(64, dither=Image.Dither.NONE).save(target, optimize=True)


def main(demo: Path) -> None:
    """Draw every picture from the demo in a folder."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        sys.exit("pictures: Chromium isn't there. Install it, e.g. `apt-get install chromium`.")
    if not (demo / "index.html").is_file():
        sys.exit(f"pictures: {demo} holds no demo. Run `make demo` first.")
    PICTURES.mkdir(exist_ok=True)
    for name, (page, top, bottom) in SHOTS.items():
        shoot(browser, demo / page, top, bottom, PICTURES / name)
        sys.stdout.write(f"Written: docs/pictures/{name}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
