"""What the function answers greedily with adapters, token by token, beside what others answer with the same adapters."""

import collections
import itertools
import json
import os
import pathlib
import urllib.request

URL = os.environ["ICM_LORA_URL"]
ROOT = pathlib.Path(__file__).resolve().parent.parent
PINNED = "models/" + json.loads((ROOT / "models/base-model.json").read_text())["file"]
MODEL = ROOT / os.environ.get("ICM_LORA_MODEL", PINNED)
DEMO = ROOT / "demo"
# What stands before a question, between it and its answer, and after that: in the default model's chat template, and in
# the function's own for models that have none.
Markup = collections.namedtuple("Markup", "question answer end")
MARKUP = {
    "chat": Markup("<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n", "<|im_end|>"),
    "plain": Markup("", "\nAnswer:\n", "\n\n"),
}[os.environ.get("CHAT_TEMPLATE", "chat")]
PROMPTS = 20
# Nats between the two likeliest tokens that count as a tie. The function multiplies quantised weights with activations
# rounded to eight bits, PEFT with floats: over 74 tokens of these answers that moved this distance by 0.17 on average,
# to either side, and by 0.9 at most.
TIE = 0.6
MOST_TIES = 2
Choice = collections.namedtuple("Choice", "token logprob")
Written = collections.namedtuple("Written", "token second ahead logprob")
MOST_TOKENS = 16


def send(path, body=None, accept="application/json", kind="application/json", method=None):
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, {"Accept": accept, "Content-Type": kind}, method=method)
    with urllib.request.urlopen(request, timeout=600) as reply:
        return reply.read()


def tasks():
    """The demo's tasks, each with its inputs and then those of its examples."""
    for file in sorted(DEMO.glob("*.json")):
        task = json.loads(file.read_text())
        yield task["task"], task["inputs"] + [example["input"] for example in task["task"]["examples"]]


def generated(task):
    """The id of the adapter that the function generates for a task's description."""
    return json.loads(send("/adapter", {"task": {"description": task["description"]}}))["id"]


def tuned(task):
    """The id of the adapter that the function tunes on a task's examples."""
    request = {"task": task, "inputs": ["x"], "mode": "tuned", "max_tokens": 1}
    return json.loads(send("/generate", request))["adapter"]["id"]


def prompts(adapter, of=None):
    """Twenty inputs of the demo's first tasks in turn, as (id of the task's adapter, description, input)."""
    of_tasks = []
    for task, inputs in itertools.islice(tasks(), of):
        adapter_id = adapter(task)
        of_tasks.append([(adapter_id, task["description"], text) for text in inputs])
    in_turn = itertools.chain.from_iterable(itertools.zip_longest(*of_tasks))
    return [prompt for prompt in in_turn if prompt][:PROMPTS]


def answer(adapter_id, text):
    """The tokens that the function writes, each with the one that was the second likeliest and how far it was behind."""
    body = {
        "model": adapter_id,
        "messages": [{"role": "user", "content": text}],
        "temperature": 0,
        "max_tokens": MOST_TOKENS,
        "logprobs": True,
        "top_logprobs": 2,
    }
    choice = json.loads(send("/v1/chat/completions", body))["choices"][0]
    written = []
    for token in choice["logprobs"]["content"]:
        first, second = (Choice(bytes(top["bytes"]), top["logprob"]) for top in token["top_logprobs"])
        written.append(Written(first.token, second.token, first.logprob - second.logprob, first.logprob))
    return written


def pieces(description, text):
    """The prompt of the function for an adapter's task, in the pieces that are tokenised one by one: (text, is markup)."""
    return [
        (MARKUP.question, True),
        (description, False),
        ("\n", False),
        ("\n", False),
        (text, False),
        (MARKUP.answer, True),
    ]


def difference(expected, found):
    """Where the other first went another way, if it did: None, or (what the function wrote there, the other's token)."""
    for written, token in itertools.zip_longest(expected, found):
        if written is None or written.token != token:
            return written, token
    return None


def compare(other, asked):
    """Asks both for each of (id, description, input). `other(adapter_id, description, text)` gives tokens as bytes."""
    ties, different = [], []
    for adapter_id, description, text in asked:
        expected = answer(adapter_id, text)
        found = other(adapter_id, description, text)
        if parting := difference(expected, found):
            written, token = parting
            tie = written is not None and token == written.second and written.ahead < TIE
            said = f"{text!r}: the function wrote {[w.token for w in expected]}, the other {found}; parting at {parting}"
            (ties if tie else different).append(said)
    same = len(asked) - len(ties) - len(different)
    adapters = len({adapter_id for adapter_id, _, _ in asked})
    print(f"{same} of {len(asked)} answers of {adapters} adapters have the same tokens; {len(ties)} part at a tie")
    print(*ties, sep="\n")
    assert not different, "\n".join(different)
    assert len(ties) <= MOST_TIES, f"more than {MOST_TIES} ties"
