"""The benchmark's logs have the statistics of real ones, and the same arguments make the same bytes."""

import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import Generated, generate

FIRST = date(2026, 1, 1)
UNREAD = re.compile(r"\.trajectory\.jsonl$|\.checkpoint\.|^sessions\.json$")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(tmp_path_factory.mktemp("made") / "state", days=20, megabytes=6, seed=1, first=FIRST)


def read_files(made: Generated) -> list[Path]:
    return sorted(path for path in made.sessions_dir.iterdir() if not UNREAD.search(path.name))


def lines(made: Generated) -> list[bytes]:
    return [line for path in read_files(made) for line in path.read_bytes().splitlines(keepends=True)]


def messages(made: Generated, role: str) -> Iterator[dict[str, Any]]:
    for entry in map(json.loads, lines(made)):
        if entry["type"] == "message" and entry["message"]["role"] == role:
            yield entry["message"]


def test_the_files_have_the_size_asked_for(made: Generated) -> None:
    assert made.bytes == sum(path.stat().st_size for path in read_files(made))
    assert made.bytes == pytest.approx(6_000_000, rel=0.1)


def test_the_counts_are_those_of_the_files_that_are_read(made: Generated) -> None:
    kinds = [json.loads(line)["type"] for line in lines(made)]
    assert (made.lines, made.messages) == (len(kinds), kinds.count("message"))
    assert sum(made.roles.values()) == made.messages


def test_copies_and_traces_are_counted_apart(made: Generated) -> None:
    unread = [path for path in made.sessions_dir.glob("*.jsonl") if UNREAD.search(path.name)]
    assert {path.name.split(".")[1] for path in unread} == {"checkpoint", "trajectory"}
    assert made.unread_bytes == sum(path.stat().st_size for path in unread)


@pytest.mark.parametrize(("role", "share"), [("user", 0.23), ("assistant", 0.43), ("toolResult", 0.34)])
def test_each_role_has_its_share(made: Generated, role: str, share: float) -> None:
    assert made.roles[role] / made.messages == pytest.approx(share, abs=0.03)


def test_half_of_the_user_lines_are_the_machine_s(made: Generated) -> None:
    texts = [message["content"][0]["text"] for message in messages(made, "user")]
    machine = sum(bool(re.search(r"HEARTBEAT|heartbeat poll|^A new session|^\[cron:", text)) for text in texts)
    assert machine / len(texts) == pytest.approx(0.5, abs=0.06)


def test_half_of_the_answers_have_no_text(made: Generated) -> None:
    mute = [all(b["type"] != "text" for b in message["content"]) for message in messages(made, "assistant")]
    assert sum(mute) / len(mute) == pytest.approx(0.5, abs=0.06)


def test_line_sizes_are_those_of_real_lines(made: Generated) -> None:
    sizes = sorted(map(len, lines(made)))
    assert sizes[len(sizes) // 2] == pytest.approx(588, rel=0.1)
    assert sizes[len(sizes) * 99 // 100] == pytest.approx(17_000, rel=0.35)
    assert sizes[-1] < 500_000


def test_every_day_has_messages_and_no_other_day(made: Generated) -> None:
    stamps = [message["timestamp"] / 1000 for message in messages(made, "user")]
    days = {datetime.fromtimestamp(stamp, UTC).date() for stamp in stamps}
    assert days == {date(2026, 1, day) for day in range(1, 21)}


def test_live_reset_and_deleted_transcripts_occur(made: Generated) -> None:
    kinds = {re.sub(r".*\.jsonl(\.[a-z]+)?.*", r"\1", path.name) for path in read_files(made)}
    assert kinds == {"", ".reset", ".deleted"}


def test_each_transcript_chains_in_the_order_of_time(made: Generated) -> None:
    for path in read_files(made):
        header, *entries = map(json.loads, path.read_bytes().splitlines())
        assert path.name.startswith(header["id"] + ".jsonl")
        seen: set[str | None] = {None}
        for entry in entries:
            assert entry["parentId"] in seen
            seen.add(entry["id"])
        times = [entry["timestamp"] for entry in entries]
        assert times == sorted(times)


def test_a_rewrite_repeats_messages_under_new_ids(made: Generated) -> None:
    users = [json.dumps(message) for message in messages(made, "user")]
    assert len(set(users)) < len(users)


def test_the_index_names_live_sessions(made: Generated) -> None:
    index = json.loads((made.sessions_dir / "sessions.json").read_text(encoding="utf-8"))
    assert {entry["chatType"] for entry in index.values()} == {"direct", "group"}
    assert all((made.sessions_dir / f"{entry['sessionId']}.jsonl").exists() for entry in index.values())


def test_the_same_arguments_make_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    def digest(name: str, seed: int) -> str:
        made = generate(tmp_path / name, days=2, megabytes=0.1, seed=seed, first=FIRST)
        whole = b"".join(path.name.encode() + path.read_bytes() for path in sorted(made.sessions_dir.iterdir()))
        return hashlib.sha256(whole).hexdigest()

    assert digest("one", 1) == digest("again", 1) != digest("other", 2)


def test_a_day_has_turns_however_small_the_size(tmp_path: Path) -> None:
    made = generate(tmp_path, days=3, megabytes=0, seed=1, first=FIRST)
    assert made.roles["user"] >= 6


def test_each_day_has_words_of_its_own(made: Generated) -> None:
    by_day: dict[int, Counter[str]] = {}
    for message in messages(made, "assistant"):
        text = " ".join(block.get("text", "") for block in message["content"])
        by_day.setdefault(message["timestamp"] // 86_400_000, Counter()).update(
            re.findall(r"\w{6,}", text.lower())
        )
    favourites = [{word for word, _ in words.most_common(5)} for words in by_day.values()]
    assert len(set().union(*favourites)) > 15


def test_the_command_prints_the_counts_and_refuses_to_mix(tmp_path: Path) -> None:
    script = Path(__file__).parents[1] / "benchmarks" / "generate.py"
    command = [sys.executable, str(script), str(tmp_path / "out"), "--days", "1", "--mb", "0.01"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert re.search(r"^messages +\d+$", ran.stdout, re.MULTILINE)
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert "there are logs already" in again.stderr
