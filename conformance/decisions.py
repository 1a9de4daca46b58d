"""What the SDKs of OpenAI and of TypeSafe, and LangChain, do with decisions."""

import os

import openai
from langchain_openai.decisions import Choice as LangChainChoice
from langchain_openai.decisions import DecisionRequest, OpenAIDecisions
from openai import OpenAI
from typesafe_sdk import Choice, Noul, Score, TypeSafeClient, TypeSafeUnprocessableEntityError

URL = os.environ["ICM_LORA_URL"]
STATE = "I was charged twice for one order."
EXAMPLES = [
    {"input": "Where is my money?", "answer": "billing"},
    {"input": "The page stays white.", "answer": "technical"},
    {"input": "Your invoice is wrong.", "answer": "billing"},
    {"input": "I cannot log in.", "answer": "technical"},
]
TEAM = {
    "type": "choice",
    "name": "team",
    "instructions": "Which team answers it?",
    "choices": [{"value": "billing", "description": "Payments and refunds"}, {"value": "technical"}],
}
LEVELS = ["can wait", "this week", "today"]

client = OpenAI(base_url=URL + "/v1", api_key="none", timeout=600)
typesafe = TypeSafeClient(base_url=URL, api_key="none", timeout=600)


def of_openai():
    questions = [
        TEAM,
        {"type": "predicate", "instructions": "The customer is angry."},
        {"type": "score", "name": "urgency", "instructions": "How urgent is it?", "levels": [{"label": each} for each in LEVELS]},
    ]
    reply = client.decisions.create(model="any", input=STATE, questions=questions)
    team, angry, urgency = reply.answers
    assert (team.type, angry.type, urgency.type) == ("choice", "predicate", "score"), reply
    assert team.name == "team" and angry.name is None
    assert team.choice == max(team.probabilities, key=lambda each: each.probability).value
    assert 0 <= angry.probability <= 1
    assert [level.label for level in urgency.probabilities] == LEVELS
    assert abs(urgency.score - sum(level.value * level.probability for level in urgency.probabilities)) < 1e-9
    assert reply.usage.total_tokens == reply.usage.input_tokens + reply.usage.output_tokens
    learned = client.decisions.create(model="any", input=STATE, questions=[TEAM | {"examples": EXAMPLES}])
    assert learned.answers[0].choice in ("billing", "technical")


def errors_of_openai():
    try:
        client.decisions.create(model="any", input=STATE, questions=[TEAM | {"choices": [{"value": "billing"}]}])
        raise AssertionError("a choice of one was answered")
    except openai.BadRequestError as error:
        assert error.param == "questions[0].choices", error


def of_langchain():
    model = OpenAIDecisions(model="any", base_url=URL + "/v1", api_key="none", timeout=600)
    question = LangChainChoice(
        instructions=TEAM["instructions"], choices={"billing": "Payments and refunds", "technical": None}
    )
    reply = model.invoke(DecisionRequest(input={"message": STATE}, questions={"team": question}))
    assert abs(sum(reply.choices["team"].probabilities.values()) - 1) < 1e-6, reply


def of_typesafe():
    reply = typesafe.system_one(
        state={"message": STATE},
        questions={
            "team": Choice(instructions="Which team answers it?", criteria={"billing": "Payments", "technical": None}),
            "angry": Noul(instructions="Is the customer angry?"),
            "urgency": Score(instructions="How urgent is it?", criteria=LEVELS),
        },
    )
    assert set(reply.answers) == {"team", "angry", "urgency"}, reply
    assert reply.choices["team"].choice in ("billing", "technical")
    assert 0 <= reply.nouls["angry"].noul <= 1
    assert reply.scores["urgency"].legend == dict(enumerate(LEVELS))
    assert abs(sum(reply.scores["urgency"].probabilities.values()) - 1) < 1e-6
    assert reply.usage.input_tokens > 0


def errors_of_typesafe():
    try:
        typesafe.system_one(state=STATE, questions={"urgency": Score(criteria=["one level"])})
        raise AssertionError("a score of one level was answered")
    except TypeSafeUnprocessableEntityError as error:
        assert "questions.urgency.criteria" in str(error), error


for check in (of_openai, errors_of_openai, of_langchain, of_typesafe, errors_of_typesafe):
    check()
    print("ok", check.__name__)
