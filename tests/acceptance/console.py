"""The console as a person uses it: pages, their forms, a session. It knows nothing but the HTML."""

from html.parser import HTMLParser
from typing import Any, Self

import aiohttp

PASSWORD = "wenqiao-demo"


class _Page(HTMLParser):
    """Collects the forms of a page: address, fields as they stand, the words on the button."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._inside = ""
        self._open: dict[str, Any] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = {"action": given["action"], "fields": {}, "button": ""}
            self.forms.append(self._open)
        elif self._open is not None and tag in {"input", "textarea", "select"} and "name" in given:
            self._open["fields"][given["name"]] = given.get("value", "")
        elif tag == "button":
            self._inside = "button"

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "button":
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside and self._open is not None:
            self._open["button"] += data.strip()


class Desk:
    """One member of staff at a browser."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def sign_in(self, password: str = PASSWORD) -> str:
        return await self.submit("/console/login", "登录", name=self._name, password=password)

    async def page(self, path: str, *, status: int = 200) -> str:
        async with self._http.get(self._url + path) as answer:
            assert answer.status == status, (answer.status, path)
            return await answer.text()

    async def buttons(self, path: str) -> list[str]:
        """Return the words on the buttons of the acts on a page."""
        return [form["button"] for form in _Page(await self.page(path)).forms if "version" in form["fields"]]

    async def submit(self, path: str, button: str, *, status: int = 200, **typed: str) -> str:
        """Fill in the form with this button, press it, and return the page that comes."""
        [form] = [form for form in _Page(await self.page(path)).forms if form["button"] == button]
        assert typed.keys() <= form["fields"].keys(), (typed, form)
        async with self._http.post(self._url + form["action"], data=form["fields"] | typed) as answer:
            assert answer.status == status, (answer.status, await answer.text())
            return await answer.text()

    async def post(self, path: str, **fields: str) -> int:
        """Post fields without looking at any page; return the status."""
        async with self._http.post(self._url + path, data=fields, allow_redirects=False) as answer:
            return answer.status

    async def act(self, number: str, button: str, **typed: str) -> str:
        return await self.submit(f"/console/petitions/{number}", button, **typed)

    def cookies(self) -> dict[str, dict[str, str]]:
        """Return the attributes of the cookies by name."""
        return {cookie.key: dict(cookie) for cookie in self._http.cookie_jar}
