/// Tools for agents, by the Model Context Protocol over HTTP: `POST /mcp`, where `icm-lora.mcp` is true.
///
/// A client sends one message of JSON-RPC with each request, and gets one back:
///
/// ```
/// {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "run_function",
///  "arguments": {"function": "urgency", "inputs": ["The house is on fire."]}}}
///
/// {"jsonrpc": "2.0", "id": 1, "result": {"isError": false,
///  "structuredContent": {"function": "urgency@1", "outputs": ["immediate"], …},
///  "content": [{"type": "text", "text": "{\"function\":\"urgency@1\",\"outputs\":[\"immediate\"],…}"}]}}
/// ```
///
/// Nothing is remembered between two requests, so any instance answers any of them. The tools call the services
/// that the resources call: who may ask, limits, rules and replies are those of the other routes.
package dev.icmlora.mcp;
