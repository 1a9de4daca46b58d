"""The command line against the function: ask, define, functions, run, adapter, completion."""

import fcntl
import json
import os
import pathlib
import pty
import struct
import subprocess
import tempfile
import termios
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo" / "intent.json"
TASK = json.loads(DEMO.read_text())


def icm_lora(*arguments, text=None, status=0, env={}):
    done = subprocess.run(
        [ROOT / "scripts/icm-lora", *map(str, arguments)],
        input=text,
        encoding="utf-8",
        capture_output=True,
        timeout=1200,
        env=os.environ | env,
    )
    assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
    return done


def on_a_terminal(*arguments):
    """What somebody sees who runs it."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    running = subprocess.Popen([ROOT / "scripts/icm-lora", *map(str, arguments)], stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    seen = b""
    try:
        while piece := os.read(master, 4096):
            seen += piece
    except OSError:
        pass  # That is how the end of a terminal reads.
    os.close(master)
    assert running.wait() == 0, seen
    return seen.decode()


def ask(adapter):
    plain = icm_lora("ask", "--adapter", adapter, TASK["inputs"][0]).stdout.strip()
    lines = icm_lora("ask", "--adapter", adapter, "--json", text="\n".join(TASK["inputs"][:2]) + "\n").stdout.splitlines()
    answers = [json.loads(line) for line in lines]
    assert [answer["input"] for answer in answers] == TASK["inputs"][:2]
    assert answers[0]["output"].strip() == plain and plain, (answers, plain)
    assert all(answer["model"] == adapter for answer in answers)
    generated = json.loads(
        icm_lora("ask", "-d", "Write the plural.", "-e", "cat => cats", "--json", "--max-tokens", 8, "box").stdout
    )
    assert generated["model"].startswith("sha256:") and generated["output"]
    tune = ["ask", "-d", "Write the plural.", "-e", "cat => cats", "--tune", "--json", "--max-tokens", 8, "box"]
    done = icm_lora(*tune, "--steps", 1)
    tuned = json.loads(done.stdout)
    assert tuned["model"].startswith("sha256:") and tuned["model"] != generated["model"] and tuned["output"]
    assert not done.stderr, done.stderr
    seen = on_a_terminal(*tune, "--steps", 3)
    assert "tuning" in seen and "step 3/3, loss " in seen and '"model":"sha256:' in seen, seen


def forms():
    task = ["ask", "-d", "How urgent is it?", "--labels", "immediate,wait"]
    plain = icm_lora(*task, "The house is on fire.").stdout.strip()
    lines = icm_lora(*task, "--json", text="The house is on fire.\nI want a chair.\n").stdout.splitlines()
    answers = [json.loads(line) for line in lines]
    assert [answer["output"] in ("immediate", "wait") for answer in answers] == [True, True], answers
    assert answers[0]["output"] == plain and abs(sum(answers[0]["probabilities"].values()) - 1) < 1e-6, answers
    unsure = json.loads(icm_lora(*task, "--abstain", 1, "--json", "The house is on fire.").stdout)
    assert unsure["output"] is None and "is below 1" in unsure["reason"], unsure
    assert icm_lora(*task, "--abstain", 1, "The house is on fire.").stdout == "\n"
    with tempfile.NamedTemporaryFile("w", suffix=".json") as schema:
        schema.write('{"type": "object", "properties": {"colour": {"enum": ["red", "green"]}}, "required": ["colour"]}')
        schema.flush()
        car = icm_lora("ask", "-d", "Describe it.", "--schema", schema.name, "a red car").stdout
        assert json.loads(car)["colour"] in ("red", "green"), car


def functions(folder):
    name = "f" + uuid.uuid4().hex
    file = folder / "task.json"
    definition = {"task": {"description": "How urgent is it?"}, "labels": ["immediate", "wait"]}
    for _ in range(2):
        file.write_text(json.dumps(definition))
        assert icm_lora("define", name, file).stdout == f"{name}@1\n"
    assert f"{name}@1" in icm_lora("functions").stdout.splitlines()
    known = {one["name"]: one for one in json.loads(icm_lora("functions", "--json").stdout)}
    assert known[name]["versions"] == [1], known

    inputs = [f"Ticket {i}: a fäult" for i in range(20)]
    text = "\n".join(inputs) + "\n"
    # What comes out is UTF-8 in every locale.
    done = icm_lora("run", name, "--json", text=text, env={"LC_ALL": "C"})
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["input"] for line in lines] == inputs and [line["index"] for line in lines] == list(range(20))
    assert all(line["output"] in ("immediate", "wait") and 0 < line["confidence"] <= 1 for line in lines), lines[0]
    assert done.stderr.endswith("20 inputs: 20 answered, 0 abstained, 0 failed\n"), done.stderr
    few = "\n".join(inputs[:3]) + "\n"
    plain = icm_lora("run", f"{name}@1", text=few).stdout.splitlines()
    assert len(plain) == 3 and set(plain) <= {"immediate", "wait"}, plain
    job = [json.loads(line) for line in icm_lora("run", name, "--job", "--json", text=few).stdout.splitlines()]
    assert [line["input"] for line in job] == inputs[:3] and job[0].keys() == lines[0].keys(), (job, lines[0])
    assert all(line["output"] in ("immediate", "wait") for line in job), job

    unsure = icm_lora("run", name, "--abstain", 1, text="a\n\nb\n", status=3)
    assert unsure.stdout == "\n\n\n" and "/inputs/1 must not be empty" in unsure.stderr, unsure
    assert "3 inputs: 0 answered, 2 abstained, 1 failed" in unsure.stderr, unsure.stderr
    doubled = icm_lora("run", name, "--labels", "a,b", text="a\n", status=1)
    assert "/labels must not be given beside a function that has its own" in doubled.stderr, doubled.stderr
    unknown = icm_lora("run", name + "@2", text="a\n", status=1)
    assert "(404)" in unknown.stderr, unknown.stderr
    misnamed = icm_lora("define", "Not/a name?", file, status=1)
    assert "is no function's name" in misnamed.stderr, misnamed.stderr
    detached = icm_lora("run", name, "--job", "--detach", text="a\n").stdout.strip()
    assert len(detached) == 32, detached


def completion():
    assert "--abstain" in icm_lora("completion").stdout


def refusals():
    wrong = icm_lora("ask", "--adapter", "sha256:" + "0" * 64, "x", status=1)
    assert "does not exist here" in wrong.stderr, wrong.stderr
    untuned = icm_lora("ask", "-d", "Write the plural.", "--tune", "x", status=1)
    assert "must not be empty: tuning takes its steps on them" in untuned.stderr, untuned.stderr
    nowhere = icm_lora("ask", "--url", "http://127.0.0.1:9", "x", status=1)
    assert "is the function running?" in nowhere.stderr, nowhere.stderr
    one = icm_lora("ask", "-d", "How urgent is it?", "--labels", "wait", "x", status=1)
    assert "has 1 entries, fewer than the 2" in one.stderr, one.stderr
    sure = icm_lora("ask", "-d", "How urgent is it?", "--abstain", 2, "x", status=1)
    assert "/abstain_below is 2.0, outside 0 to 1" in sure.stderr, sure.stderr


def adapter(folder):
    description = TASK["task"]["description"]
    file = folder / "intent.gguf"
    saved = json.loads(icm_lora("adapter", "-d", description, "--out", file, "--json").stdout)
    assert saved["file"] == str(file) and file.read_bytes()[:4] == b"GGUF"
    icm_lora("adapter", "--adapter", saved["id"], "--form", "peft", "--out", folder / "intent.zip")
    assert (folder / "intent.zip").read_bytes()[:2] == b"PK"
    return saved["id"]


with tempfile.TemporaryDirectory() as name:
    place = pathlib.Path(name)
    ask(adapter(place))
    forms()
    functions(place)
    completion()
    refusals()
print("ok ask, define, functions, run, adapter, completion")
