"""Runs the Python and the spark-submit lines of docs/spark.md against the function, as a reader would paste them: scripts/with-spark conformance/spark.py"""

import csv
import json
import os
import pathlib
import platform
import re
import secrets
import shlex
import subprocess
import sys
import tempfile
import urllib.request

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


def shows(name: str, command: list[str], folder: str, **more: object) -> None:
    done = subprocess.run(command, text=True, capture_output=True, cwd=folder, **more)
    rows = re.findall(r"^\|\s*(\d)\|\s*(\w+)\|$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or [number for number, _ in rows] != ["1", "2"] or not {urgency for _, urgency in rows} <= LABELS:
        fail(done)
    print(f"ok {name} ->", rows)


def run(name: str, program: str, folder: str) -> None:
    text = program.replace("http://localhost:8080", ADDRESS).replace("icm-lora-client-spark-0.1.0-SNAPSHOT.jar", JAR)
    shows(name, [sys.executable, "-"], folder, input=text)


deployed, embedded = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
with tempfile.TemporaryDirectory() as folder:
    run("python", deployed, folder)
    os.mkdir(f"{folder}/functions")
    pathlib.Path(folder, "functions/urgency.json").write_text(json.dumps(definition))
    (registers,) = [line for line in deployed.splitlines() if "IcmLoraSpark.register" in line]
    system = "linux-arm64" if platform.machine() == "aarch64" else "linux-x64"
    own = embedded.replace("/path/to/checkout", str(ROOT)).replace("linux-x64", system)
    run("python without a service", deployed.replace(registers, own), folder)

    # In a folder that looks like the checkout but for the functions, to two executors of one core each.
    for part in ("addons", "models", "native"):
        os.symlink(ROOT / part, f"{folder}/{part}")
    (options,) = re.findall(r'^options = icm_lora.Options.embedded\("functions", "libraries".*$', PAGE, re.MULTILINE)
    program = deployed.replace(registers, f"{options}\n{embedded.splitlines()[-1]}")
    program = program.replace('.config("spark.jars", "icm-lora-client-spark-0.1.0-SNAPSHOT.jar")', "")
    pathlib.Path(folder, "tickets.py").write_text(program)
    (commands,) = re.findall(r"^```\n(\(cd native.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    for theirs, ours in {
        "/path/to/jdk-25": os.environ["JAVA_HOME"],
        "linux-x64": system,
        "--master spark://HOST:7077": "--master 'local-cluster[2,1,2048]' --conf spark.executor.cores=1 --conf spark.ui.enabled=false",
    }.items():
        if theirs not in commands:
            sys.exit(f"docs/spark.md submits without {theirs}: {commands}")
        commands = commands.replace(theirs, ours)
    os.mkdir(f"{folder}/home")
    here = {"HOME": f"{folder}/home", "PATH": f"{os.environ['SPARK_HOME']}/bin:{os.environ['PATH']}"}
    shows("spark-submit without a service", ["bash", "-euc", commands], folder, env=os.environ | here)

# In place of Kubernetes, and of what it brings: two executors of one core each, files of this machine, the jar, a secret.
(line,) = re.findall(r"^spark-submit (.*?)\n```", PAGE, re.DOTALL | re.MULTILINE)
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

    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    answered = spark.read.parquet(f"{folder}/answers.parquet").collect()
    spark.stop()
if sorted((int(row.id), row.text) for row in answered) != table or not {row.output for row in answered} <= LABELS:
    sys.exit(f"{answered}\n{done.stdout}\n{done.stderr}")
print("ok spark-submit ->", done.stdout.strip())
