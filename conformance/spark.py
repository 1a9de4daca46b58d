"""Runs the Python and the spark-submit lines of docs/spark.md against the function, as a reader would paste them: scripts/with-spark conformance/spark.py"""

import csv
import json
import os
import pathlib
import platform
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import urllib.request

from pyspark.sql import SparkSession

ADDRESS = os.environ["ICM_LORA_URL"]
JAR = os.environ["SPARK_JAR"]
ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "spark.md").read_text()
LABELS = {"immediate", "wait"}

definition = {
    "task": {
        "description": "How urgent is it?",
        "examples": [
            {"input": "The server room is on fire", "output": "immediate"},
            {"input": "I would like a larger screen", "output": "wait"},
        ],
    },
    "labels": sorted(LABELS),
}
urllib.request.urlopen(urllib.request.Request(
    f"{ADDRESS}/functions/urgency", data=json.dumps(definition).encode(), method="PUT",
    headers={"Content-Type": "application/json"})).close()


def fail(done: subprocess.CompletedProcess) -> None:
    sys.exit(f"exit {done.returncode}\n{done.stdout}\n{done.stderr}")


def shows(name: str, program: str, folder: str) -> None:
    text = program.replace("http://localhost:8080", ADDRESS).replace("icm-lora-client-spark-0.1.0-SNAPSHOT.jar", JAR)
    done = subprocess.run([sys.executable, "-"], input=text, text=True, capture_output=True, cwd=folder)
    rows = re.findall(r"^\|\s*(\d)\|\s*(\w+)\|$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or [number for number, _ in rows] != ["1", "2"] or not {urgency for _, urgency in rows} <= LABELS:
        fail(done)
    print(f"ok {name} ->", rows)


def submits(name: str, commands: str, program: str, folder: str, **environment: str) -> None:
    """To two executors of one core each, which write answers.parquet."""
    master = "--master spark://HOST:7077"
    if master not in commands:
        sys.exit(f"docs/spark.md submits without {master}: {commands}")
    here = "--master 'local-cluster[2,1,2048]' --conf spark.executor.cores=1 --conf spark.ui.enabled=false"
    pathlib.Path(folder, "tickets.py").write_text(program)
    done = subprocess.run(["bash", "-euc", commands.replace(master, here)], text=True, capture_output=True, cwd=folder,
                          env=os.environ | {"PATH": f"{os.environ['SPARK_HOME']}/bin:{os.environ['PATH']}"} | environment)
    if done.returncode != 0:
        fail(done)
    rows = [(row.id, row.answer.output) for row in SPARK.read.parquet(f"{folder}/answers.parquet").orderBy("id").collect()]
    shutil.rmtree(f"{folder}/answers.parquet")
    if [number for number, _ in rows] != [1, 2] or not {urgency for _, urgency in rows} <= LABELS:
        sys.exit(f"{name}: {rows}")
    print(f"ok {name} ->", rows)


SPARK = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
deployed, embedded = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
with tempfile.TemporaryDirectory() as folder:
    shows("python", deployed, folder)
    os.mkdir(f"{folder}/functions")
    pathlib.Path(folder, "functions/urgency.json").write_text(json.dumps(definition))
    (registers,) = [line for line in deployed.splitlines() if "IcmLoraSpark.register" in line]
    system = "linux-arm64" if platform.machine() == "aarch64" else "linux-x64"
    own = embedded.replace("/path/to/checkout", str(ROOT)).replace("linux-x64", system)
    shows("python without a service", deployed.replace(registers, own), folder)

    # In a folder that looks like the checkout but for the functions and the table.
    for part in ("addons", "models", "native"):
        os.symlink(ROOT / part, f"{folder}/{part}")
    SPARK.createDataFrame([(1, "The server room is on fire"), (2, "I would like a larger screen")], ["id", "text"]).write.parquet(f"{folder}/tickets.parquet")
    (program,) = re.findall(r"^```\n(import os\n.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    (command,) = re.findall(r"^spark-submit --master spark:.*$", PAGE, re.MULTILINE)
    submits("spark-submit", command, program.replace("http://localhost:8080", ADDRESS), folder, KEY="any")
    (commands,) = re.findall(r"^```\n(\(cd native.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    (engines,) = re.findall(r'^options = icm_lora.Options.embedded\("functions", "libraries".*$', PAGE, re.MULTILINE)
    os.mkdir(f"{folder}/home")
    submits("spark-submit without a service", commands.replace("/path/to/jdk-25", os.environ["JAVA_HOME"]).replace("linux-x64", system),
            re.sub("^options = .*$", engines, program, flags=re.MULTILINE), folder, HOME=f"{folder}/home")

# In place of Kubernetes, and of what it brings: two executors of one core each, files of this machine, the jar, a secret.
(line,) = re.findall(r"^spark-submit (--master k8s.*?)\n```", PAGE, re.DOTALL | re.MULTILINE)
words = shlex.split(line.replace("\\\n", " "))
cluster = words.index("--master")
if words[cluster:cluster + 4] != ["--master", "k8s://https://CLUSTER", "--deploy-mode", "cluster"]:
    sys.exit(f"docs/spark.md submits to something else: {words}")
settings = {
    "spark.authenticate.secret": secrets.token_hex(16),
    "spark.executor.cores": 1,
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
}
with tempfile.TemporaryDirectory() as folder:
    table = [(i, f"Ticket {i}: the {thing}, \"please\"") for i, thing in enumerate(["fire", "screen", "flood", "chair"] * 10)]
    with open(f"{folder}/tickets.csv", "w", newline="") as file:
        csv.writer(file).writerows([("id", "text"), *table])
    here = ["--master", "local-cluster[2,1,2048]", "--jars", JAR, "--conf", f"spark.sql.warehouse.dir={folder}/warehouse"]
    here += [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    words[cluster:cluster + 4] = []
    words = [word.replace("local:///opt/icm-lora", str(ROOT / "deploy/spark")).replace("/mnt/tables", folder) for word in words]
    # What comes last of a setting counts; the program and its arguments come after all of them.
    program = next(i for i, word in enumerate(words) if word.endswith(".py"))
    done = subprocess.run([f"{os.environ['SPARK_HOME']}/bin/spark-submit", *words[:program], *here, *words[program:]],
                          cwd=ROOT, text=True, capture_output=True)
    if done.returncode != 0:
        fail(done)

    answered = SPARK.read.parquet(f"{folder}/answers.parquet").collect()
SPARK.stop()
if sorted((int(row.id), row.text) for row in answered) != table or not {row.output for row in answered} <= LABELS:
    sys.exit(f"{answered}\n{done.stdout}\n{done.stderr}")
print("ok spark-submit of a table ->", done.stdout.strip())
