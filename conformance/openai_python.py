"""What OpenAI's Python SDK and LangChain do with the function. docs/clients.md shows parts of it."""

import json
import os

import openai
from langchain_openai import ChatOpenAI
from openai import OpenAI

URL = os.environ["ICM_LORA_URL"] + "/v1"
TASK = {
    "description": "Write the plural of the word.",
    "examples": [{"input": "cat", "output": "cats"}, {"input": "box", "output": "boxes"}],
}

client = OpenAI(base_url=URL, api_key="none", timeout=600)
base = client.models.list().data[0].id
hello = [{"role": "user", "content": "Say hello"}]


def chat():
    reply = client.chat.completions.create(model=base, messages=hello, max_tokens=8, temperature=0)
    assert reply.choices[0].message.role == "assistant"
    assert reply.choices[0].finish_reason in ("stop", "length")
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    return reply.choices[0].message.content


def stream():
    whole = chat()
    pieces = client.chat.completions.create(
        model=base,
        messages=hello,
        max_tokens=8,
        temperature=0,
        stream=True,
        stream_options={"include_usage": True},
    )
    text, usage = "", None
    for piece in pieces:
        usage = piece.usage or usage
        text += "".join(choice.delta.content or "" for choice in piece.choices)
    assert text == whole, (text, whole)
    assert usage.completion_tokens > 0


def task():
    reply = client.chat.completions.create(
        model=base,
        messages=[{"role": "user", "content": "church"}],
        temperature=0,
        max_tokens=8,
        extra_body={"task": TASK},
    )
    assert reply.model.startswith("sha256:")
    again = client.chat.completions.create(
        model=reply.model, messages=[{"role": "user", "content": "church"}], temperature=0, max_tokens=8
    )
    assert again.choices[0].message.content == reply.choices[0].message.content
    assert reply.model in [model.id for model in client.models.list()]
    assert client.models.retrieve(reply.model).id == reply.model


def schema():
    reply = client.chat.completions.create(
        model=base,
        messages=[{"role": "user", "content": "Describe a red car."}],
        max_tokens=60,
        response_format={
            "type": "json_schema",
            "json_schema": {
                "name": "car",
                "strict": True,
                "schema": {
                    "type": "object",
                    "properties": {"colour": {"enum": ["red", "green"]}, "wheels": {"type": "integer"}},
                    "required": ["colour", "wheels"],
                    "additionalProperties": False,
                },
            },
        },
    )
    car = json.loads(reply.choices[0].message.content)
    assert car["colour"] in ("red", "green") and isinstance(car["wheels"], int)


def logprobs():
    reply = client.chat.completions.create(
        model=base, messages=hello, max_tokens=3, temperature=0, logprobs=True, top_logprobs=2
    )
    tokens = reply.choices[0].logprobs.content
    assert all(len(token.top_logprobs) == 2 and token.logprob <= 0 for token in tokens)


def completions():
    reply = client.completions.create(model=base, prompt="The capital of France is", max_tokens=4, temperature=0)
    assert "Paris" in reply.choices[0].text, reply


def embeddings():
    reply = client.embeddings.create(model="e5-small-v2.Q8_0", input=["The cat sleeps.", "Stock prices fell."])
    assert len(reply.data) == 2
    assert abs(sum(x * x for x in reply.data[0].embedding) - 1) < 1e-3


def errors():
    try:
        client.chat.completions.create(model="gpt-4", messages=hello)
        raise AssertionError("an unknown model was served")
    except openai.NotFoundError as error:
        assert error.code == "model_not_found" and base in error.message
    try:
        client.chat.completions.create(model=base, messages=hello, temperature=5)
        raise AssertionError("a temperature of 5 was served")
    except openai.BadRequestError as error:
        assert error.param == "temperature"


def langchain():
    model = ChatOpenAI(base_url=URL, api_key="none", model=base, temperature=0, max_tokens=8, timeout=600)
    assert model.invoke("Say hello").content == chat()
    assert "".join(piece.content for piece in model.stream("Say hello")) == chat()


for check in (chat, stream, task, schema, logprobs, completions, embeddings, errors, langchain):
    check()
    print("ok", check.__name__)
