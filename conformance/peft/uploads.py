"""Adapters that PEFT makes are taken in, serve what they are in PEFT, and come back as they were.

Run with how many to make, and llama-server's path if there is one, beside a function that has no generator and takes
all modules; the model that it serves is ICM_LORA_MODEL.
"""

import io
import json
import pathlib
import sys
import tempfile
import urllib.parse
import zipfile

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file

from base import Vocabulary, load

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import greedy  # noqa: E402
import llama_server  # noqa: E402

ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
FEED_FORWARD = ["gate_proj", "up_proj", "down_proj"]
ADAPTERS = [(32, ATTENTION + FEED_FORWARD), (8, ["q_proj", "v_proj"]), (16, ["k_proj", "o_proj"]), (4, FEED_FORWARD)]
TASK = json.loads((greedy.DEMO / "clock-hour.json").read_text())["task"]
EXAMPLES = TASK["examples"][:3]
INPUTS = [example["input"] for example in EXAMPLES]
# A token's likelihood is as many times nearer to PEFT's with the adapter than to PEFT's without it. Quantised weights are
# multiplied with activations of eight bits, and PEFT computes with floats: so these are not equal.
NEARER = 4
MOST_STEPS = 300
KNOWN = 0.2  # nats a token


def answers(vocabulary):
    """The task's examples as tokens: (prompt, answer)."""
    for example in EXAMPLES:
        prompt = vocabulary.prompt(greedy.pieces(TASK["description"], example["input"]))
        yield prompt, vocabulary.tokenize(example["output"], False) + [vocabulary.end]


def trained(base, vocabulary, rank, modules):
    """An adapter that was trained until it knows the examples: what a model says that learnt nothing has too many ties."""
    torch.manual_seed(3)
    model = get_peft_model(base, LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=modules))
    steps = torch.optim.AdamW([weights for weights in model.parameters() if weights.requires_grad], lr=3e-3)
    for _ in range(MOST_STEPS):
        losses = [-likelihoods(model, *example).mean() for example in answers(vocabulary)]
        if max(losses) < KNOWN:
            return model.eval()
        steps.zero_grad()
        sum(losses).backward()
        steps.step()
    raise AssertionError(f"after {MOST_STEPS} steps an answer's loss is {max(losses):.2f}")


def upload(folder):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name in ("adapter_config.json", "adapter_model.safetensors"):
            files.write(folder / name, name)
    path = "/adapters?description=" + urllib.parse.quote(TASK["description"])
    return json.loads(greedy.send(path, archive.getvalue(), kind="application/zip", method="PUT"))["id"]


def changes(folder):
    """What an adapter adds to each module's weights; modules that it leaves as they are are left out."""
    config = json.loads((folder / "adapter_config.json").read_text())
    weights = {name: weight.float() for name, weight in load_file(folder / "adapter_model.safetensors").items()}
    factors = {name.removesuffix(".lora_A.weight") for name in weights if name.endswith(".lora_A.weight")}
    scale = config["lora_alpha"] / config["r"]
    products = {name: scale * weights[f"{name}.lora_B.weight"] @ weights[f"{name}.lora_A.weight"] for name in factors}
    return {name: product for name, product in products.items() if product.any()}


def is_given_back(adapter_id, folder):
    """As the resident adapter holds it, which may have more modules, at zero, and a higher rank."""
    archive = zipfile.ZipFile(io.BytesIO(greedy.send(f"/adapters/{adapter_id}", accept="application/zip")))
    archive.extractall(folder / "back")
    sent, back = changes(folder), changes(folder / "back")
    assert sent.keys() == back.keys(), sent.keys() ^ back.keys()
    for name in sent:
        assert (sent[name] - back[name]).norm() < 1e-3 * sent[name].norm(), name


def likelihoods(model, prompt, written):
    reply = model(input_ids=torch.tensor([prompt + written])).logits[0, len(prompt) - 1 : -1]
    return reply.log_softmax(-1).gather(1, torch.tensor(written)[:, None])[:, 0]


@torch.no_grad()
def distance(model, adapter_id, vocabulary):
    """By how much each token of the function's answers is likelier or less likely in PEFT, on average."""
    off = []
    for text in INPUTS:
        answer = greedy.answer(adapter_id, text)
        prompt = vocabulary.prompt(greedy.pieces(TASK["description"], text))
        found = likelihoods(model, prompt, [vocabulary.token(token.token) for token in answer])
        off += (found - torch.tensor([token.logprob for token in answer])).abs().tolist()
    return sum(off) / len(off)


def main(adapters, program=None):
    vocabulary, base, asked = Vocabulary(greedy.MODEL), load(greedy.MODEL), []
    for rank, modules in ADAPTERS[: int(adapters)]:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            model = trained(base, vocabulary, rank, modules)
            (folder / "README.md").touch()  # PEFT makes one from a template otherwise, for which it needs Jinja
            model.save_pretrained(folder)
            adapter_id = upload(folder)
            off = distance(model, adapter_id, vocabulary)
            with model.disable_adapter():
                without = distance(model, adapter_id, vocabulary)
            print(f"rank {rank}, {' '.join(modules)}: {off:.3f} nats from PEFT, {without:.3f} from the base model", flush=True)
            assert off * NEARER < without
            is_given_back(adapter_id, folder)
            base = model.unload()
        asked += [(adapter_id, TASK["description"], text) for text in INPUTS]
    if program:
        llama_server.compare(program, asked)


main(*sys.argv[1:])
