"""The daily report as an e-mail: tables and pictures, inline styles, no script.

Mail programs drop style sheets, scripts and external pictures; so the HTML carries its styles in
each tag and its pictures in the message. Sending is not ours.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from watchlist.report import format as fmt
from watchlist.report.pictures import Picture
from watchlist.report.render import Renderer

MAX_HTML = 100_000
"""Some mail services cut a message beyond 102 kB."""


def mail(renderer: Renderer, context: dict[str, Any], pictures: list[Picture]) -> bytes:
    """An `.eml` file: plain text, HTML, and the PNG pictures that the HTML shows by their name.

    Without date, address or message id, so that the same report gives the same bytes; mail
    programs open it as a draft.
    """
    html = renderer.plain("email.html.j2", context, pictures=pictures)
    if len(html.encode("utf-8")) > MAX_HTML:
        html = renderer.plain("email.html.j2", _shorter(context), pictures=pictures)
    message = EmailMessage(policy=SMTP)
    mark = "SIMULATED " if context["simulated"] else ""
    lead = " ".join(context["headlines"][0]["text"].split())
    message["Subject"] = f"{mark}Watchlist {fmt.day(context['as_of'])}: {lead[:120]}"
    message["X-Unsent"] = "1"
    message.set_content(renderer.plain("daily.md.j2", context))
    message.add_alternative(html, subtype="html")
    body = message.get_body(("html",))
    assert isinstance(body, EmailMessage)
    for picture in pictures:
        body.add_related(picture.png, maintype="image", subtype="png", cid=f"<{picture.name}>")
    if pictures:
        body.set_boundary("=_watchlist_related")
    message.set_boundary("=_watchlist_alternative")
    return message.as_bytes()


def _shorter(context: dict[str, Any]) -> dict[str, Any]:
    """The same with the lists cut that grow with the catalogue."""
    events = {phase: cards[:5] for phase, cards in context["events"].items()}
    return {**context, "events": events, "alerts": context["alerts"][:10]}
