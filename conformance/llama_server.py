"""llama.cpp's own server, started with an exported adapter, writes what the function writes."""

import itertools
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import greedy

PATIENCE = 120

folder = tempfile.TemporaryDirectory()
servers = {}


class Server:
    def __init__(self, program, adapter_id):
        file = pathlib.Path(folder.name) / f"{adapter_id.replace(':', '-')}.gguf"
        file.write_bytes(greedy.send(f"/adapters/{adapter_id}", accept="application/x-gguf"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = file.with_suffix(".log")
        # Without repacked weights: a build for the processor that it is on uses AMX for them, and some virtual machines
        # announce AMX and do not have it.
        command = [program, "--model", greedy.MODEL, "--lora", file, "--host", "127.0.0.1", "--port", port]
        command += ["--ctx-size", 1024, "--no-repack"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log)

    def await_health(self):
        for _ in range(PATIENCE * 10):
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            try:
                with urllib.request.urlopen(self.url + "/health", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise AssertionError(f"it is not ready after {PATIENCE} s")

    def send(self, path, body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=600) as reply:
            return json.loads(reply.read())

    def tokenize(self, text, markup, start=False):
        body = {"content": text, "add_special": start, "parse_special": markup}
        return self.send("/tokenize", body)["tokens"]


def answer(program, adapter_id, description, text):
    if adapter_id not in servers:
        servers[adapter_id] = Server(program, adapter_id)
        servers[adapter_id].await_health()
    server = servers[adapter_id]
    prompt = server.tokenize("", True, start=True)
    prompt += [token for piece, markup in greedy.pieces(description, text) for token in server.tokenize(piece, markup)]
    reply = server.send(
        "/completion",
        {
            "prompt": prompt,
            "n_predict": greedy.MOST_TOKENS,
            "temperature": 0,
            "samplers": ["temperature"],
            "cache_prompt": False,
            "n_probs": 1,
        },
    )
    end = server.tokenize(greedy.MARKUP.end, True)[0]
    written = itertools.takewhile(lambda token: token["id"] != end, reply["completion_probabilities"])
    return [bytes(token["bytes"]) for token in written]


def compare(program, asked):
    try:
        greedy.compare(lambda *prompt: answer(program, *prompt), asked)
    finally:
        for server in servers.values():
            server.process.terminate()
            server.process.wait()


if __name__ == "__main__":
    compare(sys.argv[1], greedy.prompts(greedy.generated))
