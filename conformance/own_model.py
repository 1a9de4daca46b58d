"""A base model with no generator and no chat template: what it serves, and what llama-server serves with its adapters."""

import json
import sys

import greedy
import llama_server

task, inputs = next(greedy.tasks())
for mode in ("plain", "examples", "tuned"):
    reply = json.loads(greedy.send("/generate", {"task": task, "inputs": inputs, "mode": mode, "max_tokens": 8}))
    assert reply["selection"]["served"] == mode and len(reply["outputs"]) == len(inputs) and any(reply["outputs"]), reply
    print("ok", mode, reply["outputs"][:3])
chat = {"model": greedy.MODEL.stem, "messages": [{"role": "user", "content": "Name a colour."}], "max_tokens": 8}
print("ok chat", json.loads(greedy.send("/v1/chat/completions", chat))["choices"][0]["message"])
if len(sys.argv) > 1:
    llama_server.compare(sys.argv[1], greedy.prompts(greedy.tuned, of=2))
