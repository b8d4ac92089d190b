"""The README's own examples, run as they are printed against a server started as it says."""

from __future__ import annotations

import ast
import io
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path

from tests.served import serving

README = Path(__file__).parent.parent / "README.md"
ADDRESS = "http://127.0.0.1:8080"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.S)


def test_the_curl_and_the_soap_call_work(tmp_path: Path) -> None:
    [curl] = [block for block in blocks("sh") if block.startswith("curl")]
    [python] = blocks("python")
    with serving(tmp_path, "--demo") as server:
        base = f"http://127.0.0.1:{server.port}"
        words = shlex.split(curl.replace("\\\n", " ").replace(ADDRESS, base))
        url = next(word for word in words if word.startswith(base))
        header = words[words.index("-H") + 1].split(": ", 1)
        body = words[words.index("-d") + 1].encode()
        status, answer = server.request("POST", url.removeprefix(base), body, dict([header]))
        assert status == 200
        assert "1" in answer["TicketID"]

        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(python.replace(ADDRESS, base), str(README), "exec"), {})
        assert ast.literal_eval(printed.getvalue()) == answer["TicketID"]


def test_the_make_commands_are_in_the_makefile() -> None:
    makefile = (README.parent / "Makefile").read_text()
    named = {block.split()[1] for block in blocks("sh") if block.startswith("make ")}
    assert named == {"run", "test"}
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.M)


def test_the_documents_it_points_to_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text())
    assert "docs/operators.md" in links
    for link in links:
        if not link.startswith("http"):
            assert (README.parent / link).exists(), link
