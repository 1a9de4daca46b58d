"""PEFT loads the exported adapters on the de-quantised base model and writes what the function writes."""

import io
import pathlib
import sys
import tempfile
import zipfile

import torch
from peft import PeftModel

from base import Vocabulary, load

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import greedy  # noqa: E402

base, vocabulary = load(greedy.MODEL), Vocabulary(greedy.MODEL)
folder = tempfile.TemporaryDirectory()
loaded = {}


def with_adapter(adapter_id):
    name = adapter_id.replace(":", "-")
    if name not in loaded:
        path = pathlib.Path(folder.name) / name
        archive = greedy.send(f"/adapters/{adapter_id}", accept="application/zip")
        zipfile.ZipFile(io.BytesIO(archive)).extractall(path)
        if loaded:
            model = next(iter(loaded.values()))
            model.load_adapter(str(path), adapter_name=name)
        else:
            model = PeftModel.from_pretrained(base, str(path), adapter_name=name)
        loaded[name] = model.eval()
    loaded[name].set_adapter(name)
    return loaded[name]


@torch.no_grad()
def answer(adapter_id, description, text):
    model = with_adapter(adapter_id)
    written, memory, step = [], None, vocabulary.prompt(greedy.pieces(description, text))
    while len(written) < greedy.MOST_TOKENS:
        reply = model(input_ids=torch.tensor([step]), past_key_values=memory, use_cache=True)
        memory, token = reply.past_key_values, int(reply.logits[0, -1].argmax())
        if token == vocabulary.end:
            break
        written.append(vocabulary.piece(token))
        step = [token]
    return written


greedy.compare(answer, greedy.prompts(greedy.generated))
