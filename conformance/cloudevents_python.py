"""What CloudEvents' Python SDK sends, in both modes, does what it says."""

import json
import os
import pathlib
import time
import urllib.error
import urllib.request

from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

URL = os.environ["ICM_LORA_URL"]
BUCKET = pathlib.Path(os.environ["EVENTS_DIRECTORY"])
TASK = {"task": {"description": "Write the plural of the word."}, "mode": "plain", "max_tokens": 4, "inputs": ["dog", "bus"]}


def upload(name):
    draft = BUCKET / f"{name}.part"
    draft.write_text(json.dumps(TASK))
    (BUCKET / "tasks").mkdir(exist_ok=True)
    draft.rename(BUCKET / f"tasks/{name}.json")


def send(message):
    """As a broker does: again while it is answered 503."""
    while True:
        request = urllib.request.Request(URL, data=bytes(message.body), headers=message.headers)
        try:
            return urllib.request.urlopen(request, timeout=600).status
        except urllib.error.HTTPError as error:
            if error.code != 503:
                return error.code
            time.sleep(0.2)


def event(type, data):
    return CloudEvent({"type": type, "source": "urn:python", "subject": "ünlike ASCII"}, data)


for mode, encode in (("binary", to_binary_event), ("structured", to_structured_event)):
    name = f"python-{mode}-{os.getpid()}"
    upload(name)
    data = {"bucket": f"file:{BUCKET}", "key": f"tasks/{name}.json"}
    assert send(encode(event("dev.icmlora.task.submitted", data))) == 204
    lines = [json.loads(line) for line in (BUCKET / f"results/{name}.jsonl").read_text().splitlines()]
    assert [line["input"] for line in lines] == TASK["inputs"], lines

    assert send(encode(event("com.example.other", {}))) == 204
    assert send(encode(event("google.cloud.storage.object.v1.finalized", {"name": "no bucket"}))) == 400
    print("ok", mode)
