"""Turn a matplotlib figure into a picture that a page can hold: inline SVG with a text alternative.

Text stays text in the reader's own font, nothing is fetched, ids are unique to the picture, and the same
figure gives the same bytes. matplotlib is imported inside functions, so that commands that draw nothing
start quickly.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, SKY, ORANGE, GREEN, VERMILLION, PURPLE = "#0072B2", "#56B4E9", "#E69F00", "#009E73", "#D55E00", "#CC79A7"
INK, SOFT, LINE, WASH = "#1b2430", "#4a5563", "#cfd6de", "#e6ebf0"
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
STYLE = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.unicode_minus": True,
    "text.parse_math": False,
}


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes
    ----------
    svg
        Inline SVG that fills the width it is given; its title is `alt`.
    alt
        What the picture shows, in a sentence.
    """

    svg: Markup
    alt: str


def draw(name: str, alt: str, make: Callable[[], Figure]) -> Picture:
    """Draw a figure in the house style and turn it into a picture.

    Parameters
    ----------
    name
        Unique on the page; it salts the ids of the picture.
    alt
        What the picture shows.
    make
        Builds the figure; it runs within the house style.
    """
    from matplotlib import rc_context

    buffer = io.StringIO()
    with rc_context({**STYLE, "svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # text stays text: the reader's own font draws it
        figure = make()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return Picture(inline(buffer.getvalue(), name, alt), alt)


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of a size in inches, laid out so that nothing is cut."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def percent_axis(axes: Axes, which: str) -> None:
    """Show the ticks of one axis as whole percentages."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    axis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))


def inline(svg: str, name: str, alt: str) -> Markup:
    """Clean an SVG file for use inside a page.

    The prolog, document type, comments, metadata and fixed size go; the view box stays. Ids that something
    points to are prefixed with the picture's name, all others go.
    """
    text = svg[svg.index("<svg") :]
    text = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = text.replace("xlink:href=", "href=")
    text = re.sub(r"'DejaVu Sans'(?:, [^;\"]*)?", FONTS, text)
    prefix = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    pointed = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", text))
    text = re.sub(
        r' id="([^"]+)"', lambda found: f' id="{prefix}-{found[1]}"' if found[1] in pointed else "", text
    )  # fmt: skip
    text = re.sub(r"(url\(#|href=\"#)", rf"\g<1>{prefix}-", text)
    view = re.search(r'viewBox="([^"]+)"', text)
    if view is None:
        raise ValueError(f"picture {name}: the SVG has no view box")
    body = text[text.index(">") + 1 :]
    body = re.sub(r"\n\s*", "\n", body)
    title = f"{prefix}-title"
    head = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{}" width="100%" role="img" aria-labelledby="{}">\n'
        '<title id="{}">{}</title>'
    ).format(view[1], title, title, alt)
    return head + Markup(body)  # noqa: S704 (written by matplotlib, which escapes text)
