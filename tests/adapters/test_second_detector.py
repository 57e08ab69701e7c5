"""The second detector works in a process of its own, and whatever that process does is an answer or a failure."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from memsyncd.adapters import detector_worker, second_detector
from memsyncd.adapters.second_detector import Kingfisher, installed
from memsyncd.core.redact import redact
from memsyncd.errors import DetectorFailed
from memsyncd.model import Finding
from tests.adapters.fake_detector import ScriptedDetector
from tests.core.redact import test_must_stay as innocent
from tests.core.redact.expressions import expand

FAKE = Path(__file__).with_name("fake_worker.py")
WORKER = Path(detector_worker.__file__)

NEEDLE = Finding("betterleaks.needle-key", "API-KEY", 2, 8)

real = [
    pytest.mark.real,
    pytest.mark.skipif(not installed(), reason="the extra is not installed: pip install 'memsyncd[redact]'"),
]


@pytest.fixture
def fake(tmp_path):
    """Starts a detector whose process behaves in the way that is asked for."""
    made = []

    def start(way, *, seconds=0.2, start_seconds=10.0):
        command = (sys.executable, str(FAKE), way)
        made.append(Kingfisher(tmp_path / "pid", seconds=seconds, start_seconds=start_seconds, command=command))
        return made[-1]

    yield start
    for detector in made:
        detector.close()


def runs(tmp_path):
    """Whether the process of the fake is there; one that ended and was waited for is not."""
    try:
        os.kill(int((tmp_path / "pid").read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def why(detector, *texts):
    """What the failure says that a scan ends with."""
    with pytest.raises(DetectorFailed) as caught:
        detector.scan(texts or ("a needle",))
    return caught.value.why


# --- answers ---


def test_each_text_has_its_findings(fake):
    found = fake("find").scan(["a needle", "", "hay", "é needle needle"])
    assert found == [(NEEDLE,), (), (), (NEEDLE, Finding(NEEDLE.rule, NEEDLE.label, 9, 15))]


def test_no_text_needs_no_process(fake, tmp_path):
    detector = fake("broken")
    assert detector.scan([]) == []
    assert detector.scan(["", ""]) == [(), ()]
    assert not (tmp_path / "pid").exists()


def test_one_process_answers_many_times(fake, tmp_path):
    detector = fake("find")
    detector.scan(["a"])
    first = (tmp_path / "pid").read_text()
    assert detector.scan(["a needle"]) == [(NEEDLE,)]
    assert (tmp_path / "pid").read_text() == first


def test_a_secret_across_a_cut_is_one_finding(fake):
    text = "é" * 127_998 + "needle" + "x" * 300_000
    (found,) = fake("find").scan([text])
    assert [(one.start, one.end) for one in found] == [(127_998, 128_004)]


def test_what_libraries_print_is_no_answer(fake):
    assert fake("noisy", seconds=5).scan(["a needle"] * 3) == [(NEEDLE,)] * 3


def test_a_place_beyond_the_end_is_the_end(fake):
    ((one,),) = fake("lost").scan(["01234Zk9x"])
    assert (one.start, "01234Zk9x"[one.start : one.end]) == (5, "Zk9x")


# --- the process ends ---


def test_the_process_ends_with_close(fake, tmp_path):
    detector = fake("find")
    detector.scan(["a"])
    assert runs(tmp_path)
    detector.close()
    assert not runs(tmp_path)
    detector.close()


def test_after_close_a_scan_starts_another_process(fake):
    detector = fake("find")
    detector.scan(["a"])
    detector.close()
    assert detector.scan(["a needle"]) == [(NEEDLE,)]


def test_the_process_ends_with_the_detector(tmp_path):
    detector = Kingfisher(tmp_path / "pid", command=(sys.executable, str(FAKE), "find"))
    detector.scan(["a"])
    del detector
    assert not runs(tmp_path)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells when another one's child ends")
def test_the_process_ends_when_its_parent_is_killed(tmp_path):
    code = (
        "import sys; from pathlib import Path; from memsyncd.adapters.second_detector import Kingfisher\n"
        "detector = Kingfisher(Path(sys.argv[1]), command=(sys.executable, *sys.argv[2:]))\n"
        "detector.scan(['a']); print('scanned', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, tmp_path / "pid", FAKE, "find"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"scanned\n"
        child = os.pidfd_open(int((tmp_path / "pid").read_text()))
        parent.kill()
    ended, _, _ = select.select([child], [], [], 10)
    os.close(child)
    assert ended


def test_signals_to_the_whole_group_do_not_end_the_process(fake):
    assert fake("signalled", seconds=5).scan(["a needle"]) == [(NEEDLE,)]


# --- failures ---


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("broken", "it ended with status 1: RuntimeError: the rules are broken"),
        ("sleepy", "no answer within 0.4 s"),
        ("late", "a text took too long"),
        ("deaf", "no answer within 0.4 s"),
        ("nonsense", "an answer that is none"),
        ("garbage", "an answer that is none"),
        ("lazy", "0 answers to 1 pieces"),
        ("quoting", "the scanner failed: ValueError"),
        ("quoting_crash", f"it was ended by signal {signal.SIGABRT:d}"),
    ],
)
def test_a_failure_says_what_happened_and_quotes_no_text(fake, tmp_path, way, words):
    assert why(fake(way), "my needle is secret") == words
    assert not runs(tmp_path)


def test_a_process_that_reads_nothing_does_not_block(fake, tmp_path):
    """The request is larger than a pipe holds."""
    assert why(fake("deaf"), "x" * 250_000) == "no answer within 0.4 s"
    assert not runs(tmp_path)


@pytest.mark.parametrize("way", ["mute", "sleepy_start"])
def test_a_start_has_a_limit(fake, way):
    assert why(fake(way, start_seconds=0.3)) == "no answer within 0.6 s"


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="the system ends no process after a time")
@pytest.mark.parametrize(("way", "limits"), [("sleepy_start", ("9", "0.1")), ("sleepy", ("0.1", "9"))])
def test_a_stuck_process_ends_without_a_parent_that_ends_it(tmp_path, way, limits):
    request = BytesIO()
    detector_worker.write_frame(request, msgspec.msgpack.encode([b"a"]))
    command = [sys.executable, FAKE, way, tmp_path / "pid", *limits]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as worker:
        worker.stdin.write(request.getvalue())
        worker.stdin.flush()
        assert worker.wait(timeout=10) == -signal.SIGALRM


@pytest.mark.skipif(sys.platform != "linux", reason="the address space is limited on Linux")
def test_memory_has_a_limit(fake):
    assert why(fake("greedy", seconds=5)) == "the scanner failed: MemoryError"


def test_a_failed_detector_stays_failed_and_starts_no_other_process(fake, tmp_path):
    detector = fake("late")
    first = why(detector)
    (tmp_path / "pid").unlink()
    assert why(detector) == first
    assert why(detector, "") == first
    assert not (tmp_path / "pid").exists()


def test_a_program_that_is_not_there_is_a_failure(tmp_path):
    detector = Kingfisher(tmp_path, command=(str(tmp_path / "nothing"),))
    assert why(detector) == "it cannot be started: No such file or directory"


def test_without_the_extra_the_failure_names_it(tmp_path):
    """The interpreter is started so that it sees the libraries of the standard alone."""
    command = (sys.executable, "-I", "-S", str(WORKER))
    assert "ModuleNotFoundError: No module named" in why(Kingfisher(tmp_path, command=command))


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="there is no such signal here")
def test_an_interrupted_scan_leaves_no_answer_for_the_next(fake, tmp_path):
    detector = fake("interrupting", seconds=30)
    before = signal.signal(signal.SIGUSR1, signal.default_int_handler)
    try:
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                detector.scan(["a needle"])
            assert not runs(tmp_path)
    finally:
        signal.signal(signal.SIGUSR1, before)


# --- with the real package ---


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("state") / "detector" / "rules"


@pytest.fixture(scope="module")
def detector(cache):
    found = Kingfisher(cache, seconds=30, start_seconds=60)
    yield found
    found.close()


TOKENS = [
    "shippo_li|ve_{hex:40}",
    "fi|o-u-{word:64}",
    "duffel_li|ve_{word:43}",
    "sm_a|at_{alnum:16}",
    "li|p_{alnum:20}",
]


@pytest.fixture(scope="module")
def token():
    """A token of a format that kingfisher's rules name, whether or not ours do."""
    return expand(TOKENS[0]).text


class TestReal:
    pytestmark = real

    @pytest.mark.parametrize(
        "before",
        [
            "",
            "ключ 😀: ",
            "\ufeff",
            "\0 nul \0",
            "\ud83d\ude00 ",
            "é" * 5_000 + "\r\n",
            "h\0e\0l\0l\0o\0" * 99 + " ",
        ],
    )
    def test_a_token_is_found_where_it_stands(self, detector, token, before):
        text = f"{before}{token} конец"
        ((one,),) = detector.scan([text])
        assert text[one.start : one.end] == token

    def test_a_token_is_found_at_every_place_of_a_large_text(self, detector, token):
        """Also where the text is cut, at 256 kB: once in lines, once in a single one."""
        for filler in ("ein Wort, größer als zwei\n", "ein Wort, größer als zwei "):
            text = (filler * 11_000)[:250_000].join(("", f" {token} " * 20, f" {token} " * 20, ""))
            (found,) = detector.scan([text])
            assert {text[one.start : one.end] for one in found} == {token}
            assert len(found) == 40

    def test_a_token_in_base64_goes_with_its_whole_run(self, detector):
        from base64 import b64encode  # noqa: PLC0415

        run = b64encode(f"password for github {expand('gh|p_{alnum:36}').text} ok".encode()).decode()
        ((one,),) = detector.scan([f"é data {run} end"])
        assert f"é data {run} end"[one.start : one.end] == run

    def test_a_comment_in_the_text_switches_nothing_off(self, detector, token):
        for comment in (
            "kingfisher:ignore",
            "gitleaks:allow",
            "betterleaks:allow",
            "pragma: allowlist secret",
            "nosec",
        ):
            assert detector.scan([f"key = '{token}'  # {comment}"]) != [()]

    def test_texts_that_must_stay_stay(self, detector):
        texts = [
            *innocent.IDENTIFIERS, *innocent.VALUES, *innocent.PLACEHOLDERS, *innocent.CODE, *innocent.PROSE,
        ]  # fmt: skip
        found = [(text, each) for text, each in zip(texts, detector.scan(texts), strict=True) if each]
        assert found == []

    def test_a_redacted_text_stays(self, detector, token):
        text = redact(f"{expand('gh|p_{alnum:36}').text} postgres://bob:Zk9xQw82mVt4@db.corp/x").text
        assert "REDACTED" in text
        assert detector.scan([text]) == [()]

    def test_the_cache_is_private_and_nothing_else_is_written(self, detector, cache, tmp_path):
        detector.scan(["a"])
        assert cache.stat().st_mode & 0o777 == 0o700
        assert [path.stat().st_mode & 0o777 for path in cache.iterdir()] == [0o600]
        assert list((tmp_path / "home").iterdir()) == []

    def test_a_second_process_reads_the_cache(self, detector, cache, token):
        detector.scan(["a"])
        before = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}
        other = Kingfisher(cache)
        assert other.scan([token]) != [()]
        other.close()
        assert {path.name: path.stat().st_mtime_ns for path in cache.iterdir()} == before

    def test_the_scanner_is_never_loaded_by_this_process(self, detector):
        detector.scan(["a"])
        loaded = [name for name, module in sys.modules.items() if module and name.startswith("kingfisher")]
        assert loaded == []

    def test_it_works_without_a_network(self, cache, token):
        """In a network namespace of its own, where not even the loopback interface is up."""
        alone = ("unshare", "--user", "--net")
        if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
            pytest.skip("this system gives no network namespace to an ordinary user")
        detector = Kingfisher(cache, command=(*alone, sys.executable, "-P", str(WORKER)))
        assert detector.scan([token]) != [()]
        detector.close()


def test_without_the_extra_it_is_not_installed():
    """In an interpreter that sees our source and the libraries of the standard alone."""
    code = "import sys, importlib.util; sys.path.append(sys.argv[1]); print(importlib.util.find_spec('kingfisher_sdk'))"
    root = str(Path(second_detector.__file__).parents[2])
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, root], check=True, capture_output=True, text=True
    )
    assert ended.stdout == "None\n"


# --- the fake for others' tests ---


def test_the_scripted_detector_finds_what_it_is_told():
    scripted = ScriptedDetector("abc", "abcd", label="JWT")
    assert scripted.scan(["x abcd abc", ""]) == [
        (Finding("scripted", "JWT", 2, 6), Finding("scripted", "JWT", 7, 10)),
        (),
    ]
    assert scripted.seen == ["x abcd abc", ""]
    assert ScriptedDetector().scan(["anything"]) == [()]


def test_the_scripted_detector_fails_when_it_is_told():
    scripted = ScriptedDetector("abc", failing="it was ended by SIGKILL")
    assert why(scripted, "abc") == "it was ended by SIGKILL"
    assert scripted.seen == []
    scripted.close()
    assert scripted.closed == 1
