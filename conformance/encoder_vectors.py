#!/usr/bin/env python3
"""Writes the vectors that ONNX Runtime and Hugging Face's tokenizer give for a table of texts, which LlamaEncoderTest compares
with llama.cpp's.

    encoder_vectors.py e5-small-v2.onnx e5-small-v2-tokenizer.json >llama-bindings/src/test/resources/dev/icmlora/llama/encoder-vectors.tsv

Both files are in the Maven artefact that models/encoder.json names. Needs onnxruntime, tokenizers and numpy. Each line is how
often the text is repeated, the text, and its vector as Base64 of big-endian shorts, 32767 for 1.
"""

import base64
import sys

import numpy as np
import onnxruntime
import tokenizers

TEXTS = [
    (1, "My card was debited twice this month."), (1, "billing"), (1, ""), (1, "   "), (1, "naïve café, Grüße aus Köln"),
    (1, "CAPITALS and lower case"), (1, "今天天气很好，我们去公园散步。"), (1, "カタカナとひらがな"), (1, "Привет, мир"), (1, "thanks 👍🎉 👩‍👩‍👧"),
    (1, "$1,234.56 at 7:30 pm (25%)"), (1, "user@example.com https://example.com/a?b=c"),
    (1, "a­b​c﻿d\u0007e"), (100, "a"), (200, "two words "), (600, "word "),
]

session = onnxruntime.InferenceSession(sys.argv[1])
tokenizer = tokenizers.Tokenizer.from_file(sys.argv[2])
tokenizer.enable_truncation(512)
tokenizer.no_padding()
for times, text in TEXTS:
    ids = np.array([tokenizer.encode("query: " + times * text).ids])
    states = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)})[0][0]
    vector = states.mean(0) / np.linalg.norm(states.mean(0))
    print(times, text, base64.b64encode(np.round(vector * 32767).astype(">i2").tobytes()).decode(), sep="\t")
