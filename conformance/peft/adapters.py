"""PEFT loads the exported adapters on the de-quantised base model and writes what the function writes."""

import io
import json
import os
import pathlib
import sys
import tempfile
import zipfile

import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from peft import PeftModel
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "conformance"))
import greedy  # noqa: E402

PINNED = ROOT / "models" / json.loads((ROOT / "models/base-model.json").read_text())["file"]
NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
}

file = GGUFReader(os.environ.get("ICM_LORA_MODEL", PINNED))


def value(key):
    return file.fields[key].contents()


def number(key):
    return value(f"llama.{key}")


def original_order(weight, heads):
    """The converter interleaves the two halves of each head; this puts them back one after the other."""
    rows = weight.shape[0] // heads // 2
    return weight.reshape(heads, rows, 2, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def base_model():
    heads, kv_heads = number("attention.head_count"), number("attention.head_count_kv")
    weights = {}
    for tensor in file.tensors:
        weight = dequantize(tensor.data, tensor.tensor_type)
        parts = tensor.name.split(".")
        if parts[0] == "blk":
            weight = {"attn_q": lambda: original_order(weight, heads), "attn_k": lambda: original_order(weight, kv_heads)}.get(
                parts[2], lambda: weight
            )()
            name = f"model.layers.{parts[1]}.{NAMES[parts[2]]}.weight"
        else:
            name = f"{NAMES[parts[0]]}.weight"
        weights[name] = torch.from_numpy(weight.copy())
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(value("tokenizer.ggml.tokens")),
            hidden_size=number("embedding_length"),
            intermediate_size=number("feed_forward_length"),
            num_hidden_layers=number("block_count"),
            num_attention_heads=heads,
            num_key_value_heads=kv_heads,
            max_position_embeddings=number("context_length"),
            rms_norm_eps=number("attention.layer_norm_rms_epsilon"),
            rope_theta=number("rope.freq_base"),
            tie_word_embeddings="lm_head.weight" not in weights,
        )
    )
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    return model.eval()


class Vocabulary:
    """The tokenizer of the model's file: byte pairs, digits one by one."""

    def __init__(self):
        self.tokens = value("tokenizer.ggml.tokens")
        merges = [tuple(merge.split(" ")) for merge in value("tokenizer.ggml.merges")]
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.plain = Tokenizer(models.BPE(vocab=self.ids, merges=merges))
        self.plain.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        # The printable characters that stand for bytes in the tokens' names.
        self.bytes = {}
        spare = 256
        for byte in range(256):
            printable = 33 <= byte <= 126 or 161 <= byte <= 172 or 174 <= byte <= 255
            self.bytes[chr(byte if printable else spare)] = byte
            spare += not printable

    def tokenize(self, text, markup):
        if not markup:
            return self.plain.encode(text, add_special_tokens=False).ids
        ids = []
        while text:
            control = next((token for token in ("<|im_start|>", "<|im_end|>") if text.startswith(token)), None)
            end = len(control) if control else min(i for i in (text.find("<|", 1), len(text)) if i > 0)
            ids += [self.ids[control]] if control else self.tokenize(text[:end], False)
            text = text[end:]
        return ids

    def piece(self, token):
        return bytes(self.bytes[character] for character in self.tokens[token])


vocabulary = Vocabulary()
end = value("tokenizer.ggml.eos_token_id")
base = base_model()
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
    prompt = [token for piece, markup in greedy.pieces(description, text) for token in vocabulary.tokenize(piece, markup)]
    written, memory, step = [], None, prompt
    while len(written) < greedy.MOST_TOKENS:
        reply = model(input_ids=torch.tensor([step]), past_key_values=memory, use_cache=True)
        memory, token = reply.past_key_values, int(reply.logits[0, -1].argmax())
        if token == end:
            break
        written.append(vocabulary.piece(token))
        step = [token]
    return written


greedy.compare(answer)
