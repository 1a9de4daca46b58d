"""Writes a small random model of another architecture than the default one, as transformers computes it, to a GGUF."""

import pathlib
import sys

import torch
from gguf import MODEL_ARCH, GGUFReader, GGUFValueType, GGUFWriter, TokenType, get_tensor_name_map
from transformers import Qwen2Config, Qwen2ForCausalLM

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import greedy  # noqa: E402

LAYERS = 2


def random_model(token_types, end):
    """One that never writes a control token but the end: these have no bytes."""
    torch.manual_seed(11)
    config = Qwen2Config(
        vocab_size=len(token_types),
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        rope_theta=1e6,
        initializer_range=0.3,
        tie_word_embeddings=True,
    )
    model = Qwen2ForCausalLM(config)
    for name, weights in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(weights)
    unwritten = torch.tensor(token_types) == TokenType.CONTROL
    unwritten[end] = False
    model.model.embed_tokens.weight.data[unwritten] = 0
    return model


def write(path):
    """The tokenizer and the chat template are those of the model that is served."""
    fields = GGUFReader(greedy.MODEL).fields
    types, end = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("token_type", "eos_token_id"))
    model = random_model(types, end)
    config = model.config
    file = GGUFWriter(path, "qwen2")
    file.add_name("small-qwen2")
    file.add_context_length(config.max_position_embeddings)
    file.add_embedding_length(config.hidden_size)
    file.add_block_count(LAYERS)
    file.add_feed_forward_length(config.intermediate_size)
    file.add_head_count(config.num_attention_heads)
    file.add_head_count_kv(config.num_key_value_heads)
    file.add_layer_norm_rms_eps(config.rms_norm_eps)
    file.add_rope_freq_base(config.rope_theta)
    for name, field in fields.items():
        if name.startswith("tokenizer."):
            inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
            file.add_key_value(name, field.contents(), field.types[0], inner)
    names = get_tensor_name_map(MODEL_ARCH.QWEN2, LAYERS)
    for name, weights in model.state_dict().items():
        if name != "lm_head.weight":
            file.add_tensor(names.get_name(name, (".weight", ".bias")), weights.numpy())
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


write(sys.argv[1])
