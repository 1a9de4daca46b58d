"""What the Python SDK of the Model Context Protocol does with the function. docs/clients.md shows a part of it."""

import asyncio
import os
import uuid

from mcp import Client

URL = os.environ["ICM_LORA_URL"] + "/mcp"
LABELS = ["immediate", "wait"]


async def defined_and_run(client):
    name = "f" + uuid.uuid4().hex
    definition = {"name": name, "task": {"description": "How urgent is it?"}, "labels": LABELS}
    defined = await client.call_tool("define_function", definition)
    assert not defined.is_error and defined.structured_content["version"] == 1, defined

    listed = await client.call_tool("list_functions")
    assert {"name": name, "newest": 1, "versions": [1]} in listed.structured_content["functions"], listed

    inputs = ["The house is on fire.", "I want a new chair."]
    reply = await client.call_tool("run_function", {"function": name, "inputs": inputs})
    assert not reply.is_error and reply.structured_content["function"] == name + "@1", reply
    outputs = reply.structured_content["outputs"]
    assert len(outputs) == 2 and set(outputs) <= set(LABELS), outputs
    return outputs


async def decided(client):
    question = {"type": "choice", "instructions": "Which team answers it?", "criteria": {"billing": None, "technical": None}}
    question["examples"] = [
        {"state": "Where is my money?", "answer": "billing"},
        {"state": "The page stays white.", "answer": "technical"},
    ]
    reply = await client.call_tool("decide", {"state": "I was charged twice.", "questions": {"team": question}})
    assert not reply.is_error, reply
    answer = reply.structured_content["answers"]["team"]
    assert answer["choice"] in question["criteria"] and abs(sum(answer["probabilities"].values()) - 1) < 1e-6, reply
    return answer["choice"]


async def refused(client):
    unknown = await client.call_tool("run_function", {"function": "nobodys", "inputs": ["x"]})
    assert unknown.is_error and unknown.structured_content["status"] == 404, unknown
    wrong = await client.call_tool("run_function", {"function": "nobodys", "inputs": ["x"], "max_tokens": 0})
    assert wrong.is_error and "/max_tokens is 0, outside 1 to" in wrong.content[0].text, wrong


async def check(mode):
    async with Client(URL, mode=mode) as client:
        tools = await client.list_tools()
        names = [tool.name for tool in tools.tools]
        assert names == ["run_function", "list_functions", "define_function", "correct_function", "decide"], tools
        print("ok", mode, client.protocol_version, *await defined_and_run(client), await decided(client))
        await refused(client)


for mode in ("auto", "legacy"):
    asyncio.run(check(mode))
