"""Migrations only add, since an old version still serves meanwhile; one that takes away says why it may."""

import ast
from collections.abc import Iterator

import pytest

from app import migrate

FIRST = 10  # what came before was never deployed
AWAY = {"drop_column", "drop_table", "rename_table"}
WORDS = ("DROP COLUMN", "DROP TABLE", "RENAME")


def contracting(source: str) -> list[str]:
    """What the upgrade of a migration takes from a version that serves meanwhile; empty when it is marked."""
    tree = ast.parse(source)
    marks = [n for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "CONTRACTS"]
    if marks and len(ast.literal_eval(marks[0].value)) > 20:
        return []
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name != "downgrade"}
    return [found for function in functions.values() for found in taken(function)]


def taken(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (word for word in WORDS if word in node.value.upper())
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        words = {word.arg: word.value for word in node.keywords}
        name = node.func.attr
        if name in AWAY or (name == "alter_column" and {"new_column_name", "type_"} & set(words)):
            yield name
        if name == "alter_column" and (said(words, "nullable", False) or said(words, "server_default", None)):
            yield name
        if name == "add_column":
            yield from (name for column in node.args if needed(column))


def said(words: dict[str | None, ast.expr], name: str, value: object) -> bool:
    given = words.get(name)
    return isinstance(given, ast.Constant) and given.value is value


def needed(column: ast.expr) -> bool:
    """A column that an old version's INSERT, which does not know it, would leave out in vain."""
    if not isinstance(column, ast.Call):
        return False
    words = {word.arg: word.value for word in column.keywords}
    return said(words, "nullable", False) and "server_default" not in words


@pytest.mark.parametrize(
    "path", sorted((migrate.FOLDER / "versions").glob("*.py")), ids=lambda path: path.name[:4]
)
def test_a_migration_only_adds_or_says_that_it_takes_away(path):
    if int(path.name[:4]) >= FIRST:
        assert contracting(path.read_text()) == [], f"{path.name} takes away: see CONTRIBUTING.md, Migrations"


@pytest.mark.parametrize(
    "line",
    [
        'op.drop_column("claim", "paid")',
        'op.drop_table("claim")',
        'op.alter_column("claim", "paid", new_column_name="given")',
        'op.alter_column("claim", "paid", nullable=False)',
        'op.alter_column("claim", "paid", server_default=None)',
        'op.execute("alter table claim drop column paid")',
        'op.add_column("claim", sa.Column("more", sa.Integer(), nullable=False))',
    ],
)
def test_what_takes_away_is_found_unless_it_is_marked(line):
    assert contracting(f"def upgrade():\n    {line}\n")
    assert not contracting(f'CONTRACTS = "0.4 no longer reads it"\ndef upgrade():\n    {line}\n')
    assert not contracting(f"def downgrade():\n    {line}\n")


def test_what_only_adds_passes():
    added = 'op.add_column("claim", sa.Column("more", sa.Integer(), nullable=False, server_default="0"))'
    assert not contracting(f"def upgrade():\n    {added}\n    op.create_table('more')\n")
