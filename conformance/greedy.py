"""What the function answers greedily with adapters, token by token, beside what others answer with the same adapters."""

import collections
import itertools
import json
import os
import pathlib
import urllib.request

URL = os.environ["ICM_LORA_URL"]
DEMO = pathlib.Path(__file__).resolve().parent.parent / "demo"
PROMPTS = 20
# Nats between the two likeliest tokens that count as a tie. The function multiplies quantised weights with activations
# rounded to eight bits, PEFT with floats: over 74 tokens of these answers that moved this distance by 0.17 on average,
# to either side, and by 0.9 at most.
TIE = 0.6
MOST_TIES = 2
Choice = collections.namedtuple("Choice", "token logprob")
Written = collections.namedtuple("Written", "token second ahead")
MOST_TOKENS = 16


def send(path, body=None, accept="application/json"):
    request = urllib.request.Request(URL + path, headers={"Accept": accept, "Content-Type": "application/json"})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data, timeout=600) as reply:
        return reply.read()


def prompts():
    """Twenty inputs of the demo's tasks in turn, as (description, input)."""
    tasks = [json.loads(file.read_text()) for file in sorted(DEMO.glob("*.json"))]
    of_tasks = [
        [(task["task"]["description"], text) for text in task["inputs"] + [e["input"] for e in task["task"]["examples"]]]
        for task in tasks
    ]
    in_turn = itertools.chain.from_iterable(itertools.zip_longest(*of_tasks))
    return [prompt for prompt in in_turn if prompt][:PROMPTS]


def adapter(description):
    """The id of the adapter that the function generates for a task in words."""
    return json.loads(send("/adapter", {"task": {"description": description}}))["id"]


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
        written.append(Written(first.token, second.token, first.logprob - second.logprob))
    return written


def pieces(description, text):
    """The prompt of the function for an adapter's task, in the pieces that are tokenised one by one: (text, is markup)."""
    return [
        ("<|im_start|>user\n", True),
        (description, False),
        ("\n", False),
        ("\n", False),
        (text, False),
        ("<|im_end|>\n<|im_start|>assistant\n", True),
    ]


def difference(expected, found):
    """Where the other first went another way, if it did: None, or (what the function wrote there, the other's token)."""
    for written, token in itertools.zip_longest(expected, found):
        if written is None or written.token != token:
            return written, token
    return None


def compare(other):
    """Asks both for every prompt. `other(adapter_id, description, text)` gives tokens as bytes."""
    ids, ties, different = {}, [], []
    asked = prompts()
    for description, text in asked:
        if description not in ids:
            ids[description] = adapter(description)
        expected = answer(ids[description], text)
        found = other(ids[description], description, text)
        if parting := difference(expected, found):
            written, token = parting
            tie = written is not None and token == written.second and written.ahead < TIE
            said = f"{text!r}: the function wrote {[w.token for w in expected]}, the other {found}; parting at {parting}"
            (ties if tie else different).append(said)
    same = len(asked) - len(ties) - len(different)
    print(f"{same} of {len(asked)} answers of {len(ids)} adapters have the same tokens; {len(ties)} part at a tie")
    print(*ties, sep="\n")
    assert not different, "\n".join(different)
    assert len(ties) <= MOST_TIES, f"more than {MOST_TIES} ties"
