"""The house holds its own rules: who writes, who commits, who asks the clock, whose hand is on every verb."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("codings", "prescriber", "pharmacy", "insurer")
# The modules of each package that may write its tables; everything else only reads.
WRITERS = {
    "codings": ("actions", "certificates", "declarations", "loader"),
    "prescriber": ("actions",),
    "pharmacy": ("actions",),
    "insurer": ("actions",),
    "app": (
        "accounts",
        "attempts",
        "audit",
        "audit_tree",
        "ceremonies",
        "clients",
        "closing",
        "compared",
        "gateways",
        "idempotency",
        "lineage",
        "one_time",
        "passkeys",
        "signing_sessions",
        "tokens",
    ),
}
COMMITS = {
    "app/db.py",
    "app/embedded.py",
    "app/migrate.py",
    "app/queue.py",
    "codings/sql.py",  # when told to
}
CLOCK = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("datetime", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name:
                yield name, ast.parse(path.read_text(encoding="utf-8"), name)


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def table_owners() -> dict[str, str]:
    """Class name of every table -> the package whose it is."""
    for package in (*ROOMS, "app"):
        tables = importlib.import_module(f"{package}.tables")
        for found in pkgutil.iter_modules(getattr(tables, "__path__", [])):
            importlib.import_module(f"{tables.__name__}.{found.name}")
    importlib.import_module("app.standing")
    mapped = {m.class_ for m in SQLModel._sa_registry.mappers}
    return {c.__name__: c.__module__.split(".")[0] for c in mapped if c.__module__.split(".")[0] in WRITERS}


def test_every_table_is_written_only_by_its_own_rooms_verbs():
    owners, broken = table_owners(), []
    for name, tree in modules(*ROOMS, "app"):
        package, place = name.split("/")[0], name.split("/")[1].removesuffix(".py")
        may = place in WRITERS[package]
        for call in calls(tree):
            broken += [
                f"{name}:{call.lineno} writes {table}"
                for table in written(call, owners)
                if owners[table] != package or not may
            ]
    assert not broken, "\n".join(broken)


def written(call: ast.Call, owners: dict[str, str]) -> list[str]:
    """The tables a call writes: built as a row, or named in an insert, update or delete."""
    match call.func:
        case ast.Name(id=made) if made in owners:
            return [made]
        case ast.Name(id="insert" | "update" | "delete" | "pg_insert"):
            return [a.id for a in call.args if isinstance(a, ast.Name) and a.id in owners]
        case ast.Attribute(attr="model_validate", value=ast.Name(id=made)) if made in owners:
            return [made]
    return []


def test_only_one_place_commits():
    broken = [
        f"{name}:{call.lineno}"
        for name, tree in modules(*ROOMS, "app")
        if name not in COMMITS
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]
    assert not broken, broken


def test_rooms_never_ask_the_clock():
    broken = [
        f"{name}:{call.lineno}"
        for name, tree in modules(*ROOMS)
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and (call.func.value.id, call.func.attr) in CLOCK
    ]
    assert not broken, broken


def test_the_shell_asks_the_clock_in_one_place():
    """`utc_now` in app/service.py is the only one: everything else gets `service.clock()` or `by.at`."""
    broken = [
        f"{name}:{call.lineno}"
        for name, tree in modules("app")
        if name != "app/service.py" and not name.endswith("simulator.py")
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and (call.func.value.id, call.func.attr) in CLOCK
    ]
    assert not broken, broken


VERBS = (
    "codings.actions",
    "codings.certificates",
    "codings.declarations",
    "prescriber.actions",
    "pharmacy.actions",
    "insurer.actions.coverage",
    "insurer.actions.shabads",
    "insurer.actions.claims",
    "insurer.actions.batches",
    "insurer.actions.payments",
)


@pytest.mark.parametrize("module", VERBS)
def test_every_verb_is_keyword_only_and_names_its_actor(module):
    """Session first, all else by keyword, and `by` without a default; `lock` and `require_...` change nothing."""
    loaded = importlib.import_module(module)
    broken = []
    for name in getattr(loaded, "__all__", dir(loaded)):
        verb = getattr(loaded, name)
        if name.startswith("_") or not inspect.isfunction(verb) or not verb.__module__.startswith(module):
            continue
        first, *words = inspect.signature(verb).parameters.values()
        if first.name != "session":
            continue
        if any(word.kind is not inspect.Parameter.KEYWORD_ONLY for word in words):
            broken.append(f"{module}.{name} takes words by position")
        acts = not name.startswith(("lock", "require_", "check_"))
        if acts and not any(w.name == "by" and w.default is inspect.Parameter.empty for w in words):
            broken.append(f"{module}.{name} does not say who acts")
    assert not broken, "\n".join(broken)


def test_one_module_speaks_jose():
    broken = [
        name
        for name, tree in modules(*ROOMS, "app")
        if name != "codings/jws.py" and not name.startswith("codings/jws/")
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "jose")
        or (isinstance(node, ast.Import) and any(a.name.split(".")[0] == "jose" for a in node.names))
    ]
    assert not broken, broken


def test_money_and_amounts_never_meet_a_float():
    """No float() call and no float annotation in a room; timings and fonts live elsewhere."""
    broken = [
        f"{name}:{node.lineno}"
        for name, tree in modules(*ROOMS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "float" and not checked_against(tree, node)
    ]
    assert not broken, broken


def checked_against(tree: ast.Module, node: ast.Name) -> bool:
    """`isinstance(x, float)` refuses floats; that is not using one."""
    return any(
        isinstance(call.func, ast.Name)
        and call.func.id == "isinstance"
        and any(n is node for n in ast.walk(call))
        for call in calls(tree)
    )


def test_every_file_stays_short():
    long = {
        name: lines
        for name, _ in modules(*ROOMS, "app")
        if (lines := len((ROOT / name).read_text(encoding="utf-8").splitlines())) > 300
    }
    assert not long, long


def test_no_name_says_nothing():
    vague = [
        n
        for n, _ in modules(*ROOMS, "app")
        if Path(n).stem in {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    ]
    assert not vague, vague
