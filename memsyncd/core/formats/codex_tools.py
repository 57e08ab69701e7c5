"""Tool calls of Codex and how they ended, in all the shapes in which it has written them.

Pure. Shells, patches and tools of servers come as calls and outputs in the model's terms, as events, and as
completed items. What they printed is only ever kept when they failed, for the line that names the error. Sources:
samples of Codex 0.142 and the vendor's protocol; the heads of printed outputs are reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec import Raw, Struct, UnsetType

from memsyncd.core.formats.codex_json import LARGEST, ItemJson, PayloadJson, read_any, read_object
from memsyncd.model import Millis, RawCall, RawResult

_PATCH_START: Final = "*** Begin Patch"
_PATCHED_FILE: Final = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+)$", re.MULTILINE)
_SHELLS: Final = re.compile(r"(?:.*[/\\])?(?:(?:ba|z|da|k|fi)?sh|cmd|powershell|pwsh)(?:\.exe)?")
_SHELL_FLAGS: Final = frozenset({"-c", "-lc", "-ic", "-Command", "/c"})

_HEAD: Final = 600  # characters of an output in which its head stands
_EXITED: Final = re.compile(r"^(?:Exit code:|Process exited with code) (-?\d{1,9})$", re.MULTILINE)
_RUNNING: Final = re.compile(r"^(?:Process running with session ID|Script running with cell ID) ", re.MULTILINE)
_OUTPUT: Final = re.compile(r"^Output:\n", re.MULTILINE)
_FAILURES: Final = (
    "Script failed",
    "apply_patch verification failed",
    "exec_command failed",
    "execution error",
    "failed to parse function arguments",
    "unsupported call",
    "aborted by user",
)
_CODE_IN_HEAD: Final = re.compile(rb"(?:Exit code: |Process exited with code )(-?\d+)")
_WELL_IN_JSON: Final = re.compile(rb'\\"metadata\\":\s?\{\\"exit_code\\":\s?0\b')
_ENDED_BADLY: Final = frozenset({"failed", "declined"})


class Outcome(Struct, frozen=True):
    """How a tool ended."""

    failed: bool = False
    exit_code: int | None = None
    text: str = ""  # what it printed; filled only when it failed
    running: bool = False  # it has not ended yet


def calls_of(payload: PayloadJson, *, itemised: bool = False) -> tuple[RawCall, ...]:
    """The calls in a line of type ``function_call``, ``custom_tool_call`` or ``local_shell_call``.

    A patch is one call for each file that it changes: the first bears the id of the call, which its result names.
    ``itemised``: what a script runs has items of its own, so that the script itself need not be shown.
    """
    call = payload.call_id or payload.id or ""
    if payload.type == "local_shell_call":
        return _shell(call, "shell", read_object(payload.action))
    name = payload.name or ""
    if payload.type == "custom_tool_call":
        return _custom(call, name, payload.input or "", itemised=itemised)
    arguments = read_object(payload.arguments)
    if name == "apply_patch":
        return _patch(call, name, str(arguments.get("input") or arguments.get("patch") or ""))
    full_name = f"{payload.namespace}.{name}" if payload.namespace else name
    if arguments.get("command") or arguments.get("cmd"):
        return _shell(call, full_name, arguments)
    return (RawCall(call, full_name, arguments),)


def outcome_of(output: Raw | UnsetType) -> Outcome:
    """How the call ended that an ``…_output`` line answers."""
    if _went_well(output):
        return Outcome(exit_code=0)
    text, code, failed = _printed(read_any(output))
    head = text[:_HEAD]
    if code is None and (found := _EXITED.search(head)):
        code = int(found[1])
    if code is None and _RUNNING.search(head):
        return Outcome(running=True)
    failed = failed or bool(code) or text.startswith(_FAILURES)
    return Outcome(failed, code, _behind_head(text) if failed else "")


def outcome_of_command(
    exit_code: int | None, status: str | None, *printed: str | None, success: bool | None = None
) -> Outcome:
    """How a command ended of which a record states it; ``printed`` are its outputs, the best one first."""
    code = exit_code if exit_code is not None and abs(exit_code) <= LARGEST else None
    failed = bool(code) or success is False or (status or "").lower() in _ENDED_BADLY
    return Outcome(failed, code, next(filter(None, printed), "") if failed else "")


def tool_item(kind: str, item: ItemJson) -> tuple[tuple[RawCall, ...], Outcome] | None:
    """What a completed item tells of tools: the calls, and how they ended; None when it is no tool's.

    ``kind`` is the item's type in lower case: writers differ in it.
    """
    read = _ITEMS.get(kind)
    return None if read is None else read(item)


def result_of(call: str, name: str, at: Millis | None, outcome: Outcome) -> RawResult:
    """The result of a call as the conversation takes it."""
    return RawResult(
        id=call,
        at=at,
        call=call,
        name=name,
        failed=outcome.failed,
        exit_code=outcome.exit_code,
        text=outcome.text,
    )


def _went_well(output: Raw | UnsetType) -> bool:
    """Whether an output says at its edge that all is well: most do, and long ones need not be decoded then."""
    if isinstance(output, UnsetType):
        return False
    raw = memoryview(output)
    if bytes(raw[:2]) == b'"{':
        return _WELL_IN_JSON.search(raw[-_HEAD:]) is not None
    found = _CODE_IN_HEAD.search(raw[:_HEAD]) if bytes(raw[:1]) == b'"' else None
    return found is not None and found[1] == b"0"


def _shell(call: str, name: str, arguments: Mapping[str, Any]) -> tuple[RawCall, ...]:
    """A shell's call; patches are also given to shells."""
    command = _command_line(arguments.get("command") or arguments.get("cmd"))
    if _PATCH_START in command:
        return _patch(call, "apply_patch", command)
    return (RawCall(call, name, {**arguments, "command": command}),)


def _command_line(command: object) -> str:
    """What a person would type: without the shell that runs it."""
    if not isinstance(command, list):
        return command if isinstance(command, str) else ""
    words = [str(word) for word in command]
    if len(words) == 3 and words[1] in _SHELL_FLAGS and _SHELLS.fullmatch(words[0]):  # noqa: PLR2004 - shell, flag, line
        return words[2]
    return " ".join(words)


def _custom(call: str, name: str, text: str, *, itemised: bool) -> tuple[RawCall, ...]:
    if text.lstrip().startswith(_PATCH_START):
        return _patch(call, name, text)
    return (RawCall(call, name, {} if itemised or not text else {"script": text}),)


def _patch(call: str, name: str, patch: str) -> tuple[RawCall, ...]:
    return _changes(call, name, (path.strip() for path in _PATCHED_FILE.findall(patch)))


def _changes(call: str, name: str, paths: Iterable[str]) -> tuple[RawCall, ...]:
    numbered = enumerate(dict.fromkeys(paths), 1)
    calls = tuple(RawCall(call if n == 1 else f"{call}#{n}", name, {"path": path}) for n, path in numbered)
    return calls or (RawCall(call, name, {}),)


def _printed(output: object) -> tuple[str, int | None, bool]:
    """Text, exit code and failure of an output: a string, JSON in a string, parts of content, or an object."""
    if isinstance(output, str):
        return _printed_text(output)
    if isinstance(output, list):
        texts = (part.get("text") if isinstance(part, dict) else part for part in output)
        return "".join(text for text in texts if isinstance(text, str)), None, False
    if isinstance(output, dict):
        text, code, failed = _printed(output.get("content") or output.get("output") or "")
        return text, code, failed or output.get("success") is False
    return "", None, False


def _printed_text(text: str) -> tuple[str, int | None, bool]:
    if not text.startswith("{"):
        return text, None, False
    value = read_object(Raw(text.encode()))
    about = value.get("metadata")
    code = about.get("exit_code") if isinstance(about, dict) else None
    printed = value.get("output")
    usable = isinstance(code, int) and abs(code) <= LARGEST
    return printed if isinstance(printed, str) else text, code if usable else None, False


def _behind_head(text: str) -> str:
    found = _OUTPUT.search(text, 0, _HEAD)
    return text[found.end() :] or text if found else text


def _command_item(item: ItemJson) -> tuple[tuple[RawCall, ...], Outcome]:
    outcome = outcome_of_command(item.exit_code, item.status, item.aggregated_output, item.stderr)
    return _shell(item.id, "shell", {"command": item.command}), outcome


def _change_item(item: ItemJson) -> tuple[tuple[RawCall, ...], Outcome]:
    calls = _changes(item.id, "apply_patch", map(str, read_object(item.changes)))
    return calls, outcome_of_command(None, item.status, item.stderr)


def _server_item(item: ItemJson) -> tuple[tuple[RawCall, ...], Outcome]:
    error = read_any(item.error)
    message = error.get("message") if isinstance(error, dict) else error
    name = ".".join(filter(None, (item.server, item.tool)))
    outcome = outcome_of_command(
        None, item.status, message if isinstance(message, str) else None, success=item.success
    )
    return (RawCall(item.id, name, read_object(item.arguments)),), outcome


_ITEMS: Final[Mapping[str, Callable[[ItemJson], tuple[tuple[RawCall, ...], Outcome]]]] = {
    "commandexecution": _command_item,
    "filechange": _change_item,
    "mcptoolcall": _server_item,
    "dynamictoolcall": _server_item,
}
