"""The console's files: as they were built, `index.html` for every other page, a plain word where nothing was built."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse

_MISSING: Final = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>瞭望 Liaowang</title>
<body style="font: 16px/1.6 sans-serif; max-width: 40em; margin: 4em auto; padding: 0 1em">
<h1>瞭望 Liaowang</h1>
<p>控制台尚未构建。请在项目目录运行 <code>make setup</code>，然后重新启动。接口 <code>/api</code> 已可使用。</p>
<p lang="en">The console is not built yet. Run <code>make setup</code> in the project's folder and start again.
The interface under <code>/api</code> works already.</p>
</body></html>
"""


def _not_of_the_interface(request: Request) -> None:
    if request.url.path.startswith("/api"):
        raise HTTPException(404)


def install(app: FastAPI, folder: Path) -> None:
    """Serves the console from `folder` below `/`."""
    if (folder / "index.html").is_file():
        router = APIRouter(dependencies=[Depends(_not_of_the_interface)])
        router.frontend("/", directory=folder, fallback="index.html")
        app.include_router(router)
        return

    @app.get("/", include_in_schema=False)
    def missing() -> HTMLResponse:
        return HTMLResponse(_MISSING, 503)
