"""The base model that the function serves, as transformers computes it, and the tokenizer of its file."""

from gguf import GGUFReader
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoModelForCausalLM


def load(file):
    """The de-quantised model of a GGUF whose embedding is its output, too."""
    return AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, tie_word_embeddings=True).eval()


class Vocabulary:
    """The tokenizer of the model's file: byte pairs, digits one by one."""

    def __init__(self, file):
        fields = GGUFReader(file).fields
        self.tokens = fields["tokenizer.ggml.tokens"].contents()
        self.end = fields["tokenizer.ggml.eos_token_id"].contents()
        merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
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

    def prompt(self, pieces):
        """The tokens of a prompt in pieces: (text, is markup)."""
        return [token for text, markup in pieces for token in self.tokenize(text, markup)]

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

    def token(self, piece):
        """The token that stands for these bytes."""
        characters = {byte: character for character, byte in self.bytes.items()}
        return self.ids["".join(characters[byte] for byte in piece)]
