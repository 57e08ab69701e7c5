"""The made-up logs have the shape of the real ones; the literals are lines as OpenClaw 2026.7.35 writes them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.builders import (
    NOON,
    Entry,
    OpenClawHome,
    Transcript,
    assistant,
    call_block,
    compaction,
    custom,
    custom_message,
    header,
    iso,
    line,
    millis,
    model_change,
    reset_entry,
    session_info,
    stamp,
    text_block,
    thinking_block,
    thinking_level,
    tokens,
    tool_result,
    user,
)

AT = "2026-11-21T12:43:06.739Z"
SAID = 1795264986739

HEADER = '{"type":"session","version":3,"id":"s","timestamp":"2026-11-21T12:43:06.739Z","cwd":"/home/node/work"}'
MODEL = (
    '{"type":"model_change","id":"ecc7c91a","parentId":null,"timestamp":"2026-11-21T12:43:06.739Z",'
    '"provider":"mock","modelId":"test"}'
)
THINKING = (
    '{"type":"thinking_level_change","id":"d689425a","parentId":"ecc7c91a",'
    '"timestamp":"2026-11-21T12:43:06.739Z","thinkingLevel":"off"}'
)
SNAPSHOT = (
    '{"type":"custom","customType":"model-snapshot","data":{"timestamp":1795264986739,"provider":"mock",'
    '"modelApi":"openai-completions","modelId":"test"},"id":"1f5754b6","parentId":"d689425a",'
    '"timestamp":"2026-11-21T12:43:06.739Z"}'
)
USER = (
    '{"type":"message","id":"622fcd08","parentId":"1f5754b6","timestamp":"2026-11-21T12:43:08.000Z",'
    '"message":{"role":"user","content":"Hello first","timestamp":1795264986739}}'
)
USAGE = (
    '"usage":{"input":10,"output":5,"cacheRead":0,"cacheWrite":0,"totalTokens":15,'
    '"cost":{"input":0,"output":0,"cacheRead":0,"cacheWrite":0,"total":0}}'
)
ANSWER = (
    '{"type":"message","id":"65dcaceb","parentId":"622fcd08","timestamp":"2026-11-21T12:43:06.739Z",'
    '"message":{"role":"assistant","content":[{"type":"text","text":"Mock reply number 6."}],'
    '"api":"openai-completions","provider":"mock","model":"test",' + USAGE + ',"stopReason":"stop",'
    '"timestamp":1795264986739,"responseId":"c6"}}'
)
CALL = (
    '{"type":"message","id":"dafcb740","parentId":"5fd7a36a","timestamp":"2026-11-21T12:43:06.739Z",'
    '"message":{"role":"assistant","content":[{"type":"toolCall","id":"call_1","name":"read",'
    '"arguments":{"path":"AGENTS.md"},"partialArgs":"{\\"path\\":\\"AGENTS.md\\"}"}],'
    '"api":"openai-completions","provider":"mock","model":"test",' + USAGE + ',"stopReason":"toolUse",'
    '"timestamp":1795264986739,"responseId":"c7"}}'
)
RESULT = (
    '{"type":"message","id":"6f6dd1b4","parentId":"dafcb740","timestamp":"2026-11-21T12:43:06.739Z",'
    '"message":{"role":"toolResult","toolCallId":"call_1","toolName":"read",'
    '"content":[{"type":"text","text":"# AGENTS.md"}],"isError":false,"timestamp":1795264986739}}'
)


@pytest.mark.parametrize(
    ("built", "real"),
    [
        (header("s", AT), HEADER),
        (model_change("mock", "test", AT, id="ecc7c91a"), MODEL),
        (thinking_level("off", AT, id="d689425a", parentId="ecc7c91a"), THINKING),
        (user("Hello first", AT, id="622fcd08", parentId="1f5754b6", timestamp="2026-11-21T12:43:08.000Z"), USER),
        (tool_result("# AGENTS.md", AT, name="read", id="6f6dd1b4", parentId="dafcb740"), RESULT),
    ],
)
def test_an_entry_is_the_real_line_byte_for_byte(built: Entry, real: str) -> None:
    assert line(built) == real.encode() + b"\n"


def test_a_custom_line_has_its_base_fields_at_the_end() -> None:
    data = {"timestamp": SAID, "provider": "mock", "modelApi": "openai-completions", "modelId": "test"}
    built = custom("model-snapshot", data, AT, id="1f5754b6", parentId="d689425a")
    assert line(built) == SNAPSHOT.encode() + b"\n"


def test_an_answer_is_the_real_line_byte_for_byte() -> None:
    about: dict[str, Any] = {
        "provider": "mock",
        "model": "test",
        "id": "65dcaceb",
        "parentId": "622fcd08",
        "responseId": "c6",
    }
    assert line(assistant("Mock reply number 6.", AT, **about)) == ANSWER.encode() + b"\n"


def test_a_call_for_a_tool_is_the_real_line_byte_for_byte() -> None:
    about: dict[str, Any] = {
        "provider": "mock",
        "model": "test",
        "id": "dafcb740",
        "parentId": "5fd7a36a",
        "responseId": "c7",
    }
    built = assistant(at=AT, calls=[call_block("read", {"path": "AGENTS.md"})], **about)
    assert line(built) == CALL.encode() + b"\n"


def test_text_stands_between_thinking_and_calls() -> None:
    blocks = assistant("Look.", before=[thinking_block("hm")], calls=[call_block("read", {})])["message"][
        "content"
    ]
    assert [block["type"] for block in blocks] == ["thinking", "text", "toolCall"]


def test_an_injected_answer_names_no_model() -> None:
    message = assistant("hi", provider=None, model=None, stop="injected")["message"]
    assert list(message) == ["role", "content", "usage", "stopReason", "timestamp"]


def test_user_content_can_be_blocks() -> None:
    assert user([text_block("a")])["message"]["content"] == [{"type": "text", "text": "a"}]


def test_other_fields_land_on_the_message_and_entry_fields_on_the_entry() -> None:
    built = user("x", provenance={"kind": "external_user"}, appendMode="side")
    assert built["appendMode"] == "side"
    assert list(built["message"]) == ["role", "content", "timestamp", "provenance"]


def test_a_shell_result_carries_its_exit_code_before_the_error_flag() -> None:
    message = tool_result("boom", exit_code=2)["message"]
    assert message["details"]["exitCode"] == 2
    assert list(message)[-3:] == ["details", "isError", "timestamp"]


def test_tokens_add_up() -> None:
    assert tokens(1, 2, 3, 4, cost=0.5)["totalTokens"] == 10


@pytest.mark.parametrize(
    ("built", "keys"),
    [
        (compaction("s"), "type id parentId timestamp summary firstKeptEntryId tokensBefore"),
        (reset_entry(), "type id parentId timestamp reason"),
        (session_info("n"), "type id parentId timestamp name"),
        (custom_message("t"), "type customType content display id parentId timestamp"),
        (header("s", version=None, parent="old.jsonl"), "type id timestamp cwd parentSession"),
    ],
)
def test_control_lines_have_the_keys_of_their_kind(built: Entry, keys: str) -> None:
    assert list(built) == keys.split()


def test_an_instant_is_an_aware_datetime_or_a_string() -> None:
    moment = datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert (iso(moment), stamp(moment)) == (NOON, "2026-01-15T12-00-00.000Z")
    assert millis("2026-01-15T13:00:00+01:00") == millis(moment) == 1768478400000


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        user("x", at="2026-01-15T12:00:00")


# --- transcripts ---


def test_entries_chain_and_the_clock_moves_on() -> None:
    made = Transcript(step=timedelta(minutes=1)).user("a").assistant("b").user("c", at="2026-01-15T18:00:00Z")
    first, second, third = made.entries[1:]
    assert [first["parentId"], second["parentId"], third["parentId"]] == [None, first["id"], second["id"]]
    assert [e["timestamp"][11:16] for e in made.entries] == ["12:00", "12:00", "12:01", "18:00"]


def test_a_transcript_is_the_same_every_time() -> None:
    assert Transcript().opening().user("a").data == Transcript().opening().user("a").data


def test_ids_are_eight_hex_digits_and_differ_between_sessions() -> None:
    one, two = (Transcript(name).user("a").entries[1]["id"] for name in ("one", "two"))
    assert len(one) == 8
    assert int(one, 16) != int(two, 16)


def test_a_tool_adds_the_call_and_its_result() -> None:
    made = Transcript().tool("exec", {"command": "false"}, "no", exit_code=1)
    call, result = (entry["message"] for entry in made.entries[1:])
    assert call["content"][0]["id"] == result["toolCallId"]
    assert (call["stopReason"], result["toolName"]) == ("toolUse", "exec")


def test_a_session_opens_with_three_lines_without_messages() -> None:
    kinds = [entry["type"] for entry in Transcript().opening("openai", "gpt-5.2").entries]
    assert kinds == ["session", "model_change", "thinking_level_change", "custom"]


def test_a_bare_transcript_has_no_header() -> None:
    assert Transcript(bare=True).user("a").entries[0]["type"] == "message"


def test_any_builder_can_be_added() -> None:
    assert Transcript().user("a").add(compaction, "short").entries[-1]["summary"] == "short"


def test_a_rewrite_repeats_messages_under_new_ids_and_entry_times() -> None:
    made = Transcript().user("a").assistant("b").user("c").rewrite(2, at="2026-01-16T08:00:00Z")
    old, new = made.entries[2:4], made.entries[4:]
    assert [e["message"] for e in old] == [e["message"] for e in new]
    assert not {e["id"] for e in old} & {e["id"] for e in new}
    assert new[0]["parentId"] == made.entries[1]["id"]
    assert new[1]["parentId"] == new[0]["id"]
    assert new[0]["timestamp"] == "2026-01-16T08:00:00.000Z"


def test_a_rewrite_from_the_first_message_starts_a_new_branch() -> None:
    assert Transcript().user("a").assistant("b").rewrite(1).entries[3]["parentId"] is None
    assert Transcript(bare=True).user("a").assistant("b").rewrite(1).entries[2]["parentId"] is not None


def test_appending_adds_only_what_is_new(tmp_path: Path) -> None:
    made = Transcript().user("a")
    path = made.write(tmp_path / "new" / "s.jsonl")
    before = path.read_bytes()
    made.assistant("b").append(path)
    assert path.read_bytes() == made.data
    assert made.data.startswith(before)


def test_a_torn_line_is_completed_by_the_next_append(tmp_path: Path) -> None:
    made = Transcript().user("a")
    path = made.append(tmp_path / "s.jsonl", short=5)
    assert path.read_bytes() == made.data[:-5]
    assert made.append(path).read_bytes() == made.data


# --- the state folder ---


@pytest.fixture
def home(tmp_path: Path) -> OpenClawHome:
    return OpenClawHome(tmp_path)


@pytest.fixture
def talk() -> Transcript:
    return Transcript("s").user("a").assistant("b").user("c").assistant("d")


def test_the_configuration_names_workspace_and_zone(home: OpenClawHome) -> None:
    defaults = json.loads((home.state / "openclaw.json").read_text())["agents"]["defaults"]
    assert defaults == {"workspace": str(home.workspace), "userTimezone": "Europe/Berlin"}


def test_the_index_knows_a_live_session_by_its_key(home: OpenClawHome, talk: Transcript) -> None:
    path = home.live(talk, "telegram:group:-100", chatType="group")
    index = json.loads((home.sessions / "sessions.json").read_text())
    entry = index["agent:main:telegram:group:-100"]
    assert (entry["sessionId"], entry["sessionFile"], entry["chatType"]) == ("s", str(path), "group")


def test_a_session_without_key_is_not_in_the_index(home: OpenClawHome, talk: Transcript) -> None:
    home.live(talk)
    assert [path.name for path in home.sessions.iterdir()] == ["s.jsonl"]


def test_a_reset_renames_the_live_file(home: OpenClawHome, talk: Transcript) -> None:
    live = home.live(talk)
    inode = live.stat().st_ino
    archive = home.reset(talk, NOON)
    assert archive.name == "s.jsonl.reset.2026-01-15T12-00-00.000Z"
    assert archive.stat().st_ino == inode
    assert not live.exists()


def test_a_deletion_can_be_exported_compressed(home: OpenClawHome, talk: Transcript) -> None:
    archive = home.deleted(talk, NOON, generation="0" * 32, zst=True)
    assert archive.name == f"s.jsonl.deleted.2026-01-15T12-00-00.000Z.{'0' * 32}.zst"
    assert zstandard.decompress(archive.read_bytes()) == talk.data
    assert [path.name for path in home.sessions.iterdir()] == [archive.name]


def test_copies_and_traces_bear_the_names_of_their_kind(home: OpenClawHome, talk: Transcript) -> None:
    made = [
        home.bak(talk, NOON),
        home.repair_bak(talk, NOON),
        home.checkpoint(talk),
        home.corrupt(talk, NOON),
        home.trajectory(talk),
        home.lock(talk),
    ]
    assert [path.name for path in made] == [
        "s.jsonl.bak.2026-01-15T12-00-00.000Z",
        "s.jsonl.bak-4321-1768478400000",
        "s.checkpoint.c4ec0000-0000-4000-8000-000000000001.jsonl",
        "s.jsonl.corrupt-2026-01-15T12-00-00.000Z-0badc0de.jsonl",
        "s.trajectory.jsonl",
        "s.jsonl.lock",
    ]


def test_compacting_lines_leaves_the_cut_ones_only_in_the_backup(home: OpenClawHome, talk: Transcript) -> None:
    live = home.live(talk)
    before, inode = live.read_bytes(), live.stat().st_ino
    backup = home.compact_lines(talk, 1, NOON)
    assert backup.read_bytes() == before
    assert live.read_bytes() == before.splitlines(keepends=True)[0] + before.splitlines(keepends=True)[-1]
    assert live.stat().st_ino != inode


def test_truncating_keeps_the_inode_and_shrinks_the_file(home: OpenClawHome, talk: Transcript) -> None:
    live = home.live(talk)
    before, inode = live.stat().st_size, live.stat().st_ino
    home.truncate(talk, 0)
    assert len(live.read_bytes().splitlines()) == 1
    assert live.stat().st_size < before
    assert live.stat().st_ino == inode


def test_a_rewrite_is_appended_to_the_live_file(home: OpenClawHome, talk: Transcript) -> None:
    live = home.live(talk)
    before = live.read_bytes()
    home.rewrite(talk, 3)
    assert live.read_bytes().startswith(before)
    assert len(live.read_bytes().splitlines()) == 7


def test_a_note_stands_in_the_memory_folder(home: OpenClawHome) -> None:
    assert home.note("2026-01-15.md", "bought bread\n").parent == home.memory
