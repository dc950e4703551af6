"""The rules of the house that a machine can check. CONTRIBUTING.md gives their reasons."""

import ast
import hashlib
import json
import re
import statistics
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.journeys.places import ELSEWHERE, PLACES

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "core", "judgement", "audit", "accounts", "targets",
    "breakglass", "reviews", "alerts", "config",
)  # fmt: skip
CATCH_ALLS = {"utils", "common", "helpers", "services", "selectors", "managers", "misc"}
# The edges, where a person, a timer or an operator comes in. All else is told what time it is.
EDGES = re.compile(
    r"/(views|api|admin|tasks|receivers|middleware|authentication|idempotency|slots|templatetags)\b"
    r"|/management/|^config/"
)
# The model of memberships, and a statement that looks at their end itself.
KNOWS_MEMBERSHIPS = {"accounts/models.py", "reviews/counting.py"}
INLINE = re.compile(
    r"<style\b|<script\b(?![^>]*\bsrc=)|\s(?:style|on[a-z]+|hx-on[\w:.-]*)\s*=\s*[\"']",
    re.IGNORECASE,
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*folders: str) -> list[Path]:
    """Return our Python files, without migrations."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def templates() -> list[Path]:
    return sorted(
        path for place in ("templates", *ROOMS) for path in (ROOT / place).rglob("*.html")
    )


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


class TestBudgets:
    def test_no_function_is_longer_than_50_lines(self) -> None:
        assert not [
            f"{name(path)}:{function.lineno} {function.name} has {length(function)} lines"
            for path in modules(*ROOMS, "tests", "bench")
            for function in functions(path)
            if length(function) > 50
        ]

    def test_nine_functions_of_ten_have_at_most_25_lines(self) -> None:
        lengths = [length(each) for path in modules(*ROOMS) for each in functions(path)]
        assert statistics.quantiles(lengths, n=10)[-1] <= 25

    def test_no_module_is_longer_than_400_lines(self) -> None:
        assert not [
            f"{name(path)} has {len(lines(path))} lines"
            for path in modules(*ROOMS, "tests", "bench")
            if len(lines(path)) > 400
        ]

    def test_no_template_is_longer_than_120_lines(self) -> None:
        assert not [
            f"{name(path)} has {len(lines(path))} lines"
            for path in templates()
            if len(lines(path)) > 120
        ]

    def test_the_style_has_at_most_800_lines_and_an_element_60(self) -> None:
        assert len(lines(ROOT / "static" / "css" / "app.css")) <= 800
        assert not [
            f"{name(path)} has {count} lines"
            for path in (ROOT / "static" / "js").glob("*.js")
            if (count := len([line for line in lines(path) if line.strip()])) > 60
        ]


class TestCode:
    def test_no_module_is_a_catch_all(self) -> None:
        assert not [name(path) for path in modules(*ROOMS) if CATCH_ALLS & {*path.parts, path.stem}]

    def test_only_edges_ask_the_clock(self) -> None:
        assert not [
            f"{name(path)}:{number}"
            for path in modules(*ROOMS)
            for number, line in enumerate(lines(path), 1)
            if re.search(r"timezone\.now\(|datetime\.now\(|\btime\.time\(", line)
            and not EDGES.search(name(path))
        ]

    def test_no_rule_reads_is_superuser(self) -> None:
        assert not [
            f"{name(path)}:{node.lineno}"
            for path in modules(*ROOMS)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute)
            and node.attr == "is_superuser"
            and isinstance(node.ctx, ast.Load)
        ]

    def test_who_is_in_a_group_is_asked_of_memberships_alone(self) -> None:
        """Django's relation and guardian's shortcuts know nothing of the end (ADR 33)."""
        past = re.compile(
            r"\buser_set\b|\.groups\.(all|filter|exists|count|values_list|order_by|first)\("
            r"|\bgroups__|\bgroup__user\b|\bguardian\.(shortcuts|core)|\baccounts_user_groups\b"
        )
        assert not [
            f"{name(path)}:{number}"
            for path in [*modules(*ROOMS), *templates()]
            for number, line in enumerate(lines(path), start=1)
            if past.search(line) and name(path) not in KNOWS_MEMBERSHIPS
        ]

    def test_imports_stand_at_the_top(self) -> None:
        """Django fills its registry before `ready`, so only there an import may come later."""
        assert not [
            f"{name(path)}:{node.lineno}"
            for path in modules(*ROOMS, "tests")
            for function in functions(path)
            if (path.name, function.name) != ("apps.py", "ready")
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]

    def test_every_parameter_and_result_has_a_type(self) -> None:
        assert not [
            f"{name(path)}:{function.lineno} {function.name}"
            for path in modules(*ROOMS, "tests", "bench")
            for function in functions(path)
            if function.returns is None
        ]

    def test_every_module_says_what_it_is_for(self) -> None:
        assert not [
            name(path)
            for path in modules(*ROOMS)
            if path.stem not in {"__init__", "apps"} and not ast.get_docstring(tree(path))
        ]


# What no language says otherwise, and what is written for those who build pages.
_NAMES = {"Breakglass", "UTC", "API", "CSV", "PDF", "PNG", "Ctrl", "ms"}
_TRANSLATED = re.compile(
    r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<code\b.*?</code>"
    r"|\{% blocktranslate\b.*?\{% endblocktranslate %\}|\{% block \w+_class %\}.*?\{% endblock %\}"
    r"|\{% include \"components/codeline.html\"[^%]*%\}",
    re.S,
)
_SAID_BY_TAGS = re.compile(
    r"""(?:\b(?:label|text|title|action)=|\|default:)"([^"{]*[a-z]{2}[^"]*)"""
)


def untranslated(path: Path) -> set[str]:
    """Return the English words of a template that a reader of another language would meet."""
    text = _TRANSLATED.sub(" ", path.read_text(encoding="utf-8"))
    tags = re.findall(r"\{% (?:include|status|countdown|left)[^%]*%\}|\{\{[^}]*\}\}", text)
    said = {words for tag in tags for words in _SAID_BY_TAGS.findall(tag) if " " in words}
    named = re.findall(r"""\b(?:aria-label|placeholder|title|alt)="([^"{]*[a-z]{2}[^"{]*)""", text)
    bare = re.sub(r"<[^>]*>|&\w+;", " ", re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.S))
    return (set(re.findall(r"[A-Za-z]{2,}", bare)) - _NAMES) | said | set(named)


class TestPages:
    @pytest.mark.parametrize(
        "path", [path for path in templates() if "styleguide" not in path.parts], ids=name
    )
    def test_every_word_can_be_translated(self, path: Path) -> None:
        assert not untranslated(path)

    @pytest.mark.parametrize("path", templates(), ids=name)
    def test_no_script_or_style_is_inline(self, path: Path) -> None:
        """Our Content-Security-Policy refuses them; mail readers know nothing else."""
        text = re.sub(
            r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.S
        )
        if "email" not in path.parts:
            assert not INLINE.findall(text)

    def test_every_address_is_on_the_list_of_pages_or_says_why_not(self) -> None:
        """Axe, the HTML checker and `make screenshots` follow tests/journeys/places.py."""
        names, visited = set(addresses(get_resolver())), {place.name for place in PLACES}
        assert not [
            name
            for name in sorted(names - visited)
            if not any(fnmatchcase(name, pattern) for pattern in ELSEWHERE)
        ]
        assert not [name for name in visited - names if not name.isdecimal()]
        assert not [
            pattern
            for pattern in ELSEWHERE
            if not any(fnmatchcase(name, pattern) for name in names)
        ]
        assert len({place.label for place in PLACES}) == len(PLACES)

    def test_files_of_others_are_what_the_manifest_says(self) -> None:
        vendor = ROOT / "static" / "vendor"
        manifest = vendor / "manifest.json"
        recorded = json.loads(manifest.read_text()) if manifest.exists() else {}
        found = {
            str(path.relative_to(vendor)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in vendor.rglob("*")
            if path.is_file() and path != manifest
        }
        assert found == {file: facts["sha256"] for file, facts in recorded.items()}


def addresses(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield space + pattern.name


class TestPapers:
    def test_every_direct_dependency_has_a_reason_and_a_licence(self) -> None:
        text = (ROOT / "docs" / "dependencies.md").read_text()
        told = {row.split("|")[1].strip().lower(): row for row in text.splitlines() if "|" in row}
        assert not [each for each in direct_dependencies() if told.get(each, "").count("|") < 4]

    def test_every_variable_of_the_settings_is_in_the_example(self) -> None:
        example = (ROOT / ".env.example").read_text()
        asked = re.findall(
            r'env\.\w+\(\s*"([A-Z_]+)"', "".join(path.read_text() for path in modules(*ROOMS))
        )
        assert not [each for each in asked if not re.search(rf"^#? ?{each}=", example, re.M)]

    def test_every_command_that_the_papers_name_exists(self) -> None:
        papers = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        text = "".join(path.read_text() for path in papers)
        targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
        assert set(re.findall(r"`make ([a-z]+)", text)) <= targets
        commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
        django = {"migrate", "createsuperuser", "makemigrations", "check", "shell", "collectstatic"}
        assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= commands | django


def direct_dependencies() -> set[str]:
    names = (
        re.match(r"[\w-]+", line)
        for file in ("requirements.in", "requirements-dev.in", "requirements-uv.in")
        for line in lines(ROOT / file)
    )
    return {found[0].lower() for found in names if found and not found[0].startswith("-")}
