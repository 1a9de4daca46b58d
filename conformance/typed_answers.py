"""Answers with labels and with schemas under random tasks: none may lie outside its type. ANSWERS says how many."""

import json
import os
import random
import sys

import jsonschema_rs

from greedy import send

ANSWERS = int(os.environ.get("ANSWERS", 400))
INPUTS = 20
LONGEST = 48  # tokens of an answer; a schema's that reach it are null
PIECES = ["red", "re", "blue", "not", " ", "-", "é", "ß", "北", "🙂", "0", "12", "'", '"', "\\", "{", "</", "Yes", "no", "\t"]


def text(drawn, most=6):
    return "".join(drawn.choices(PIECES, k=drawn.randint(1, most))).strip() or "x"


def labels(drawn):
    """Two to forty; many of them begin another one."""
    found = {text(drawn, 3) for _ in range(drawn.randint(2, 30))} | {"yes", "no"}
    found |= {label + text(drawn, 2) for label in drawn.sample(sorted(found), len(found) // 3)}
    return sorted(found)


def schema(drawn, depth=2):
    kinds = ["string", "integer", "boolean", "enum", "const"] + (["object", "array", "anyOf"] if depth else [])
    match drawn.choice(kinds):
        case "string":
            return {"type": "string", "maxLength": drawn.randint(1, 8)}
        case "enum":
            return {"enum": sorted({text(drawn) for _ in range(3)})}
        case "const":
            return {"const": drawn.choice([None, 7, True, text(drawn)])}
        case "array":
            least = drawn.randint(0, 2)
            return {"type": "array", "items": schema(drawn, depth - 1), "minItems": least, "maxItems": least + 1}
        case "anyOf":
            return {"anyOf": [{"type": "null"}, {"type": "integer"}, {"enum": [text(drawn)]}]}
        case "object":
            names = sorted({text(drawn, 2) for _ in range(drawn.randint(1, 3))})
            required = [name for name in names if drawn.random() < 0.6]
            return {"type": "object", "properties": {name: schema(drawn, depth - 1) for name in names}, "required": required}
        case kind:
            return {"type": kind}


def request(drawn, outputs, options):
    """A task with examples or without, in a mode that needs no tuning: what is asked for is the type."""
    task = {"description": text(drawn, 20)}
    if drawn.random() < 0.5:
        task["examples"] = [{"input": text(drawn), "output": outputs()} for _ in range(drawn.randint(1, 4))]
    return options | {
        "task": task,
        "inputs": [text(drawn, 20) for _ in range(INPUTS)],
        "mode": drawn.choice(["adapter", "plain"] + (["examples", "adapter_examples"] if "examples" in task else [])),
    }


def count(answers, ask):
    """Asks random requests until there are so many answers, each request drawn from its own number."""
    done = empty = 0
    while done < answers:
        outputs, accepts = ask(random.Random(done))
        for output in outputs:
            assert output is None or accepts(output), f"request {done}: {output!r} is not of its type"
        done += len(outputs)
        empty += outputs.count(None)
    return done, empty


def with_labels(drawn):
    among = labels(drawn)
    reply = json.loads(send("/generate", request(drawn, lambda: drawn.choice(among), {"labels": among})))
    for details in reply["details"]:
        assert details["probabilities"].keys() == set(among) and abs(sum(details["probabilities"].values()) - 1) < 1e-3
    return reply["outputs"], among.__contains__


def with_schema(drawn):
    wanted = schema(drawn)
    options = {"schema": wanted, "max_tokens": LONGEST, "temperature": drawn.choice([0, 0.8, 2]), "seed": drawn.randrange(99)}
    reply = json.loads(send("/generate", request(drawn, lambda: text(drawn), options)))
    validator = jsonschema_rs.validator_for(wanted)
    return reply["outputs"], lambda output: validator.is_valid(json.loads(output))


for name, ask in [("labels", with_labels), ("a schema", with_schema)]:
    done, empty = count(ANSWERS // 2, ask)
    assert empty < done / 2, f"{empty} of {done} answers with {name} are null"
    print(f"ok {done} answers with {name}, none outside it; {empty} null")
sys.stdout.flush()
