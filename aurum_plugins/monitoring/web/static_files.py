"""The page's scripts, styles and pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Final

from starlette.responses import Response

# Only these are served: a file of another kind has no business there.
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_LICENCE: Final = "LICENSE"


@dataclass(frozen=True)
class _StaticFile:
    content: bytes
    media_type: str
    tag: str


class StaticFiles:
    """Files of the package, read once: no request ever names a path on the disk.

    Parameters
    ----------
    folder : Traversable, optional
        The package's own by default.
    """

    def __init__(self, folder: Traversable | None = None) -> None:
        root = folder or resources.files(__package__) / "static"
        self._files: Mapping[str, _StaticFile] = dict(_found(root, ""))

    @property
    def names(self) -> tuple[str, ...]:
        """Paths below the folder, such as "js/main.js"."""
        return tuple(sorted(self._files))

    def answer(self, name: str, known_tags: str) -> Response | None:
        """The file of a name; None if there is none.

        Parameters
        ----------
        name : str
        known_tags : str
            The request's `If-None-Match`.
        """
        file = self._files.get(name)
        if file is None:
            return None
        headers = {"ETag": file.tag, "Cache-Control": "no-cache"}
        if file.tag in known_tags:
            return Response(status_code=304, headers=headers)
        return Response(file.content, headers=headers, media_type=file.media_type)


def _found(folder: Traversable, above: str) -> Iterator[tuple[str, _StaticFile]]:
    for entry in folder.iterdir():
        name = f"{above}{entry.name}"
        if entry.is_dir():
            yield from _found(entry, f"{name}/")
            continue
        kind = _TYPES[".txt"] if entry.name == _LICENCE else _TYPES.get(_suffix(name))
        if kind is not None:
            content = entry.read_bytes()
            tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
            yield name, _StaticFile(content, kind, tag)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix
