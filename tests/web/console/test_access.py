"""Who sees what: every page for every role, officers and other units, the reporter's identity, tokens and headers."""

import hashlib

import pytest

from bot.messages import MediaKind
from bot.petitions.vocabulary import Kind

JPEG = b"\xff\xd8\xff\xe0 a picture"
PAGES = {
    "/console/": {"clerk": 200, "officer": 200, "boss": 200, "root": 200, "": 303},
    "/console/counts": {"clerk": 200, "officer": 200, "boss": 200, "root": 200, "": 401},
    "/console/password": {"clerk": 200, "officer": 200, "boss": 200, "root": 200, "": 303},
    "/console/mentions": {"clerk": 200, "officer": 403, "boss": 200, "root": 200, "": 303},
    "/console/trouble": {"clerk": 200, "officer": 403, "boss": 200, "root": 200, "": 303},
    "/console/accounts": {"clerk": 403, "officer": 403, "boss": 200, "root": 200, "": 303},
    "/console/audit": {"clerk": 403, "officer": 403, "boss": 200, "root": 200, "": 303},
    "/console/users": {"clerk": 403, "officer": 403, "boss": 403, "root": 200, "": 303},
    "/console/login": {"clerk": 303, "officer": 303, "boss": 303, "root": 303, "": 200},
    "/console/no-such-page": {"clerk": 404, "officer": 404, "boss": 404, "root": 404, "": 404},
}
POSTS = {
    "/console/trouble/1/replay": {"clerk": 303, "officer": 403, "boss": 303, "root": 303, "": 401},
    "/console/accounts/wechat/city/resume": {"clerk": 403, "officer": 403, "boss": 303, "root": 303, "": 401},
    "/console/trouble/1/drop": {"clerk": 303, "officer": 403, "boss": 303, "root": 303, "": 401},
    "/console/users": {"clerk": 403, "officer": 403, "boss": 403, "root": 422, "": 401},
    "/console/users/lost/disable": {"clerk": 403, "officer": 403, "boss": 403, "root": 303, "": 401},
    "/console/users/clerk/password": {"clerk": 403, "officer": 403, "boss": 403, "root": 422, "": 401},
    "/console/users/nobody/disable": {"root": 404},
    "/console/password": {"clerk": 422, "officer": 422, "boss": 422, "root": 422, "": 401},
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@pytest.mark.parametrize("name", ["clerk", "officer", "boss", "root", ""])
async def test_every_page_for_every_role(office, name):
    browser = await office.browser(name)
    wanted = {path: by_role[name] for path, by_role in PAGES.items()}
    assert {path: (await browser.get(path)).status for path in PAGES} == wanted


@pytest.mark.parametrize("name", ["clerk", "officer", "boss", "root", ""])
async def test_every_change_for_every_role(office, name):
    browser = await office.browser(name)
    token = await browser.token() if name else "none"
    wanted = {path: by_role[name] for path, by_role in POSTS.items() if name in by_role}
    assert {path: (await browser.post(path, {"csrf": token})).status for path in wanted} == wanted


@pytest.mark.parametrize("form", [{}, {"csrf": ""}, {"csrf": "wrong"}, {"csrf": "错"}])
async def test_no_change_without_the_token_of_the_session(office, form):
    number = await office.file()
    browser = await office.browser("root")
    paths = [f"/console/petitions/{number}/{act}" for act in ("accept", "refuse", "forward", "answer", "close")]
    paths += ["/console/logout", *(path for path in POSTS if "nobody" not in path)]
    typed = {"version": "1", "text": "t", "elsewhere": "e", "unit": "water"}
    statuses = {path: (await browser.post(path, form | typed)).status for path in paths}
    assert statuses == dict.fromkeys(paths, 403)
    visitor = await office.browser()
    response = await visitor.post("/console/login", form | {"name": "clerk", "password": "correct-horse-7"})
    assert response.status == 403
    async with office.storage.read() as work:
        assert (await work.cases.get(number)).petition.version == 1


async def test_the_token_of_another_session_is_no_token(office):
    other = await (await office.browser("boss")).token()
    browser = await office.browser("clerk")
    assert (await browser.post("/console/logout", {"csrf": other})).status == 403


@pytest.mark.parametrize("name", ["root", ""])
async def test_every_response_carries_the_headers(office, name):
    number = await office.file()
    browser = await office.browser(name)
    paths = [*PAGES, f"/console/petitions/{number}", f"/console/petitions/{number}/accept"]
    for path in paths:
        response = await browser.get(path)
        assert {header: response.headers.get(header) for header in HEADERS} == HEADERS, path
        policy = response.headers["Content-Security-Policy"]
        for part in ("default-src 'self'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'",
                     "base-uri 'none'", "form-action 'self'"):  # fmt: skip
            assert part in policy
        assert "unsafe" not in policy


async def test_no_page_carries_inline_script_or_style(office):
    number = await office.file()
    browser = await office.browser("root")
    for path in ("/console/", f"/console/petitions/{number}", "/console/trouble", "/console/users", "/console/audit"):
        html = await browser.page(path)
        assert html.count("<script") == html.count('<script src="/console/static/')
        assert "<style" not in html
        assert " style=" not in html
        assert " onclick=" not in html


@pytest.mark.parametrize(
    ("name", "type_"), [("console.css", "text/css"), ("console.js", "text/javascript"), ("mark.svg", "image/svg+xml")]
)
async def test_static_files_come_from_memory(office, name, type_):
    browser = await office.browser()
    response = await browser.get(f"/console/static/{name}")
    assert (response.status, response.content_type) == (200, type_)
    again = await browser.get(f"/console/static/{name}", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status == 304
    for wrong in ("nothing.css", "..%2f..%2froutes.py", "%2e%2e/routes.py", "console.py"):
        assert (await browser.get(f"/console/static/{wrong}")).status == 404


async def test_an_officer_sees_the_own_unit_only(office):
    file = office.stored("pic", MediaKind.IMAGE, JPEG, suffix=".jpg", copy=".jpg", content_type="image/jpeg")
    number = await office.forwarded(attachments=(file,))
    page = f"/console/petitions/{number}"
    own, stranger, lost = [await office.browser(name) for name in ("officer", "stranger", "lost")]
    html = await own.page(page)
    picture = f"{page}/files/{_id(file.key)}"
    assert f'<img src="{picture}"' in html
    assert (await own.get(picture)).status == 200
    assert page in await own.page("/console/")
    for other in (stranger, lost):
        token = await other.token()
        form = {"csrf": token, "version": "2", "text": "x", "unit": "school", "elsewhere": "x"}
        statuses = [(await other.get(path)).status for path in (page, picture, f"{picture}?original=1")]
        statuses += [
            (await other.post(f"{page}/{act}", form)).status for act in ("accept", "forward", "answer", "close")
        ]
        assert statuses == [404] * 7
        for query in ("", "?scope=all", f"?q={number}", "?unit=water", "?unit=", "?state=forwarded"):
            assert page not in await other.page(f"/console/{query}")
        assert (await (await other.get("/console/counts")).json())["total"] == 0


async def test_an_officer_without_a_unit_does_not_see_what_is_with_the_office(office):
    number = await office.file()
    lost = await office.browser("lost")
    assert number not in await lost.page("/console/?scope=all")
    assert (await lost.get(f"/console/petitions/{number}")).status == 404


@pytest.mark.parametrize(("kind", "hidden"), [(Kind.COMPLAINT, False), (Kind.REPORT, True)])
async def test_the_reporter_is_hidden_from_the_unit(office, kind, hidden):
    number = await office.forwarded("有人偷排污水", kind=kind)
    officer = await (await office.browser("officer")).page(f"/console/petitions/{number}")
    clerk = await (await office.browser("clerk")).page(f"/console/petitions/{number}")
    assert ("13812341234" in officer, "oAB…456" in officer) == (not hidden, not hidden)
    assert ("13812341234" in clerk, "oAB…456" in clerk) == (True, True)
    assert ("举报人信息保密" in officer) == hidden


async def test_files_are_served_shut_in(office):
    voice = office.stored("voice", MediaKind.VOICE, b"#!AMR", suffix=".amr", copy=".wav", content_type="audio/amr")
    picture = office.stored("pic", MediaKind.IMAGE, JPEG, suffix=".jpg", copy=".jpg", content_type="image/jpeg")
    evil = office.stored("evil", MediaKind.IMAGE, b"<script>", suffix=".html", content_type="text/html")
    wanted = office.attachment("wanted", MediaKind.IMAGE)
    number = await office.forwarded(attachments=(voice, picture, evil, wanted))
    browser = await office.browser("clerk")
    html = await browser.page(f"/console/petitions/{number}")
    assert "正在获取" in html
    found = {}
    for file in (voice, picture, evil, wanted):
        for original in ("", "?original=1"):
            response = await browser.get(f"/console/petitions/{number}/files/{_id(file.key)}{original}")
            name = response.headers.get("Content-Disposition", "").split(";")[0]
            found[file.key.rsplit(":", 1)[1] + original] = (
                response.status,
                response.content_type,
                name,
                await response.read(),
            )
            if response.status == 200:
                assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
                assert response.headers["X-Content-Type-Options"] == "nosniff"
    found = {name: value if value[0] == 200 else value[0] for name, value in found.items()}
    assert found == {
        "voice": (200, "audio/wav", "inline", b"copy of #!AMR"),
        "voice?original=1": (200, "audio/amr", "attachment", b"#!AMR"),
        "pic": (200, "image/jpeg", "inline", b"copy of " + JPEG),
        "pic?original=1": (200, "image/jpeg", "attachment", JPEG),
        "evil": (200, "application/octet-stream", "attachment", b"<script>"),
        "evil?original=1": (200, "application/octet-stream", "attachment", b"<script>"),
        "wanted": 404,
        "wanted?original=1": 404,
    }


async def test_an_officer_gets_copies_and_no_originals(office):
    picture = office.stored("pic", MediaKind.IMAGE, JPEG, suffix=".jpg", copy=".jpg", content_type="image/jpeg")
    odd = office.stored("odd", MediaKind.IMAGE, b"GIF89a", suffix=".gif", content_type="image/gif")
    number = await office.forwarded("有人偷排", kind=Kind.REPORT, attachments=(picture, odd))
    browser = await office.browser("officer")
    paths = [f"/console/petitions/{number}/files/{_id(file.key)}" for file in (picture, odd)]
    statuses = [(await browser.get(path + query)).status for path in paths for query in ("", "?original=1")]
    assert statuses == [200, 403, 403, 403]
    assert "oABCDEFGHIJ123456" not in await browser.page(f"/console/petitions/{number}")


async def test_a_path_that_leaves_the_data_directory_is_not_followed(office):
    (office.root.parent / "secret.jpg").write_bytes(b"secret")
    file = office.stored("pic", MediaKind.IMAGE, JPEG, suffix=".jpg", content_type="image/jpeg")
    bent = type(file)(**{name: getattr(file, name) for name in file.__slots__} | {"playable": "../secret.jpg"})
    number = await office.file(attachments=(bent,))
    browser = await office.browser("clerk")
    assert (await browser.get(f"/console/petitions/{number}/files/{_id(file.key)}")).status == 404


async def test_fetching_an_original_is_on_record(office):
    picture = office.stored("pic", MediaKind.IMAGE, JPEG, suffix=".jpg", copy=".jpg", content_type="image/jpeg")
    number = await office.file(attachments=(picture,))
    browser = await office.browser("boss")
    await browser.get(f"/console/petitions/{number}/files/{_id(picture.key)}?original=1")
    assert "下载原件" in await browser.page(f"/console/audit?target={number}")


def _id(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:20]
