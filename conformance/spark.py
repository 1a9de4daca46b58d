"""Runs the Python of docs/spark.md against the function, as a reader would paste it: scripts/with-spark conformance/spark.py"""

import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.request

ADDRESS = os.environ["ICM_LORA_URL"]
PAGE = (pathlib.Path(__file__).parent.parent / "docs" / "spark.md").read_text()

definition = {
    "task": {
        "description": "How urgent is it?",
        "examples": [
            {"input": "The server room is on fire", "output": "immediate"},
            {"input": "I would like a larger screen", "output": "wait"},
        ],
    },
    "labels": ["immediate", "wait"],
}
urllib.request.urlopen(urllib.request.Request(
    f"{ADDRESS}/functions/urgency", data=json.dumps(definition).encode(), method="PUT",
    headers={"Content-Type": "application/json"})).close()

(snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
text = snippet.replace("http://localhost:8080", ADDRESS).replace("icm-lora-client-spark-0.1.0-SNAPSHOT.jar", os.environ["SPARK_JAR"])
done = subprocess.run([sys.executable, "-"], input=text, text=True, capture_output=True)
rows = re.findall(r"^\|\s*(\d)\|\s*(\w+)\|$", done.stdout, re.MULTILINE)
if done.returncode != 0 or [number for number, _ in rows] != ["1", "2"] or not {urgency for _, urgency in rows} <= {"immediate", "wait"}:
    sys.exit(f"exit {done.returncode}\n{done.stdout}\n{done.stderr}")
print("ok python ->", rows)
