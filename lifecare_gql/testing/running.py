"""How the hooks run: fast, the same each time, and looking at nothing but the plugin's own data."""

from __future__ import annotations

import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lifecare_gql.region_asking import ask
from lifecare_gql.testing.findings import Finding, Findings, check
from lifecare_gql.testing.subjects import Subject

SECONDS_A_HOOK = 1.0
SECONDS_A_PLUGIN = 2.0

_OUTSIDE = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "shutil.", "urllib.")
_WRITING = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod")


@check("speed", "speed")
def speed(subject: Subject) -> Findings:
    """A hook answers within a second, and all of a plugin's within two."""
    for one in subject.heard.answers:
        if one.seconds > SECONDS_A_HOOK:
            yield Finding(subject.file(one.hook), one.hook, f"do less: it took {one.seconds:.1f} s")
    spent = sum(one.seconds for one in subject.heard.answers)
    if spent > SECONDS_A_PLUGIN:
        yield Finding("plugin.py", "", f"do less: the hooks took {spent:.1f} s together")


@check("purity", "same-twice")
def same_twice(subject: Subject) -> Findings:
    """Each hook says the same when it is asked again."""
    again = {one.hook: one.said for one in ask([subject.plugin], {}).answers}
    for one in subject.heard.answers:
        if again.get(one.hook) != one.said:
            yield Finding(subject.file(one.hook), one.hook, "return what depends on nothing but the plugin's data")


@check("purity", "arguments-kept")
def arguments_kept(subject: Subject) -> Findings:
    """No hook changes what it is given."""
    book = next((said for _, said in subject.heard.said("lifecare_routines")), None)
    decided = {one.key: one.value for one in book.assumptions} if book else {}
    before = {problem.what for problem in subject.heard.problems}
    for problem in ask([subject.plugin], {subject.name: decided}).problems:
        if problem.what not in before:
            yield Finding("plugin.py", "lifecare_routines", f"leave the assumptions as they are: {problem.what}")


@check("purity", "own-data-only")
def own_data_only(subject: Subject) -> Findings:
    """No hook opens a file outside its package, writes one, opens a connection or starts a program."""
    with watched() as events:
        ask([subject.plugin], {})
    allowed = [subject.root, *(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib"))]
    allowed += [Path(str(sys.modules["lifecare_gql"].__file__)).parent]
    for event, what in sorted(set(events)):
        path = Path(what)
        inside = event == "open" and any(path.is_relative_to(one) for one in allowed)
        if not inside:
            yield Finding("plugin.py", event, f"read only the files in data/, not {what}")


_watching: list[tuple[str, str]] | None = None
_hooked = threading.Lock()
_installed = False


@contextmanager
def watched() -> Iterator[list[tuple[str, str]]]:
    """What happens meanwhile that reaches outside the process: events of `sys.addaudithook`, with their object."""
    global _watching, _installed
    with _hooked:
        if not _installed:
            sys.addaudithook(_hear)
            _installed = True
        _watching = []
        try:
            yield _watching
        finally:
            _watching = None


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    heard = _watching
    if heard is None or threading.current_thread().name != "plugin":
        return
    if event == "open" and isinstance(arguments[0], str | bytes):
        path, mode = arguments[0], arguments[1]
        name = path.decode() if isinstance(path, bytes) else path
        heard.append(("open for writing" if isinstance(mode, str) and set(mode) & set("wax+") else "open", name))
    elif event.startswith(_OUTSIDE + _WRITING):
        heard.append((event, str(arguments[0] if arguments else "")))
