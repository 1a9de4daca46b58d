"""Runs the client snippets of docs/clients.md against the function, as a reader would paste them."""

import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent.resolve()
PAGE = (HERE.parent / "docs" / "clients.md").read_text()
SECTION = PAGE.split("## OpenAI's SDKs, curl")[1].split("\n## ")[0]

COMMANDS = {
    "python": [sys.executable, "-"],
    "js": ["node", "--input-type=module", "-"],
    "sh": ["bash", "-euo", "pipefail", "-s"],
}

snippets = re.findall(r"```(\w+)\n(.*?)```", SECTION, re.DOTALL)
assert sorted(language for language, _ in snippets) == sorted(COMMANDS), snippets
for language, snippet in snippets:
    text = snippet.replace("http://localhost:8080", os.environ["ICM_LORA_URL"])
    text = text.replace("curl ", "curl --silent --show-error --fail ")
    # Node finds its packages beside the place where it runs.
    done = subprocess.run(COMMANDS[language], input=text, text=True, capture_output=True, cwd=HERE)
    if done.returncode != 0 or not done.stdout.strip():
        sys.exit(f"{language}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    print("ok", language, "->", " ".join(done.stdout.split())[:100])
