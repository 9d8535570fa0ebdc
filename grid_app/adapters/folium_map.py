"""The framed map: folium's map, its one inline script under the page's nonce; from outside at most a base map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import cast

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

MIDDLE_OF_CHINA = (35.0, 105.0)


@dataclass(frozen=True)
class MapAssets:
    """Addresses of the files the frame loads, all on this server."""

    leaflet_js: str
    leaflet_css: str
    sheets: tuple[str, ...]
    module: str
    parts: tuple[str, ...] = ()
    """Modules that the drawing module imports: fetched together with it instead of one after the other."""


@dataclass(frozen=True)
class MapFrame:
    """One framed map.

    Attributes
    ----------
    title : str
        What screen readers and the window call it.
    attribution : str
        The line in the corner: which boundaries these are.
    config : mapping
        What the drawing module is told, as JSON.
    nonce : str
        The nonce of the answer's content security policy.
    base : tuple of str
        Addresses of the tiles of a base map, the lowest first; none by default.
    base_attribution : str
        Whose base map it is, with its approval number (审图号).
    fetched : tuple of str
        Addresses that the drawing module asks for at once; the browser begins while it loads the modules.
    """

    title: str
    attribution: str
    config: Mapping[str, object]
    nonce: str
    base: tuple[str, ...] = ()
    base_attribution: str = ""
    fetched: tuple[str, ...] = ()


class NoncedFigure(Figure):
    """folium's page around a map: in Chinese, zoomable by hand, with the nonce on its inline script."""

    _template = Template(
        """<!doctype html>
<html lang="zh-CN">
<head>
<title>{{ this.title|e }}</title>
{{ this.header.render(**kwargs) }}
</head>
<body class="map-body">
<main>
{{ this.html.render(**kwargs) }}
</main>
<script nonce="{{ this.nonce|e }}">
{{ this.script.render(**kwargs) }}
</script>
</body>
</html>
"""
    )

    def __init__(self, *, title: str, nonce: str) -> None:
        super().__init__(title=title)
        self.nonce = nonce


class LeanMap(folium.Map):
    """folium's map with local assets only, canvas drawing and no style of its own in the page.

    folium's header (inline styles, a viewport that forbids zooming, an inline script) is replaced by links to our
    sheets; its body and script are used as they are.
    """

    _sheets = Template(
        """<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{% for sheet in this.sheets %}<link rel="stylesheet" href="{{ sheet|e }}">
{% endfor %}{% for part in this.parts %}<link rel="modulepreload" href="{{ part|e }}">
{% endfor %}{% for address in this.fetched %}<link rel="preload" as="fetch" crossorigin href="{{ address|e }}">
{% endfor %}"""
    )

    def __init__(self, *, assets: MapAssets, fetched: tuple[str, ...] = ()) -> None:
        super().__init__(
            location=MIDDLE_OF_CHINA,  # until the drawing module has shapes to fit the view to
            tiles=None,
            prefer_canvas=True,
            zoom_start=4,
            zoom_snap=0.25,
            zoom_control=False,  # ours speaks Chinese
            fade_animation=False,  # every step of it would put large canvases together anew
        )
        self._id = "area"  # folium would draw a random one
        self.sheets = assets.sheets
        self.parts = (assets.module, *assets.parts)
        self.fetched = fetched
        self.default_js = [("leaflet", assets.leaflet_js)]
        self.default_css = [("leaflet_css", assets.leaflet_css)]

    def render(self, **kwargs: object) -> str:
        """Render as folium does, then put our header in the place of folium's."""
        super().render(**kwargs)  # type: ignore[no-untyped-call]  # folium carries no types
        figure = cast("Figure", self.get_root())  # folium asserts the same
        figure.header.add_child(Element(self._sheets.render(this=self)), name=self.get_name())
        return ""


class DrawnLayers(MacroElement):
    """Hands the map to our drawing module, with what it should draw."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <p class="map-status" id="map-status" role="status" hidden></p>
            <noscript><p class="map-status">地图要用到脚本;同样的内容在这一页的表格里。</p></noscript>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            {{ this._parent.get_name() }}.attributionControl.setPrefix(false);
            {{ this._parent.get_name() }}.attributionControl.addAttribution({{ this.attribution|tojson }});
            import({{ this.module|tojson }}).then(
                (drawing) => drawing.drawMap({{ this._parent.get_name() }}, {{ this.config|tojson }})
            );
        {% endmacro %}
        """
    )

    def __init__(self, *, module: str, attribution: str, config: Mapping[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca carries no types here
        self._name, self._id = "layers", "drawn"
        self.module = module
        self.attribution = attribution
        self.config = dict(config)


def _base_layer(address: str, number: int, *, attribution: str) -> folium.TileLayer:
    layer = folium.TileLayer(address, attr=escape(attribution), name=f"base{number}", max_zoom=18, control=False)
    layer._id = f"base{number}"  # noqa: SLF001 - folium would draw a random one
    return layer


def render_map(frame: MapFrame, *, assets: MapAssets) -> str:
    """Return the frame's whole page; the same frame gives the same page."""
    figure = NoncedFigure(title=frame.title, nonce=frame.nonce)
    drawn = LeanMap(assets=assets, fetched=frame.fetched)
    figure.add_child(drawn, name="map")
    for number, address in enumerate(frame.base):
        drawn.add_child(_base_layer(address, number, attribution=frame.base_attribution), name=f"base{number}")
    layers = DrawnLayers(module=assets.module, attribution=frame.attribution, config=frame.config)
    drawn.add_child(layers, name="layers")
    return str(figure.render())
