"""``memsyncd redact``: the redaction by itself, as a filter from stdin to stdout."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

import click
from msgspec import Struct, json

from memsyncd.adapters.files import write_private
from memsyncd.adapters.second_detector import Kingfisher, installed
from memsyncd.cli.options import Invocation, invocation, shared_options
from memsyncd.cli.output import count
from memsyncd.cli.session import redactor_for
from memsyncd.core.redact import Redactor
from memsyncd.errors import PROBLEMS_FOUND, UsageError
from memsyncd.model import Finding, Redaction


class Reported(Struct, frozen=True):
    """A finding as the report shows it: where, what kind, how long; never the value."""

    rule: str
    label: str
    line: int  # counted from 1
    column: int  # counted from 1, in characters
    start: int  # character offset in the text
    length: int
    fingerprint: str | None


@click.command()
@click.option("--check", is_flag=True, help="Exit with 5 when there was a secret.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE|-",
    help="Write the findings as JSON: rule, kind and place, never the value. With - to stdout, without the text.",
)
@click.option("--line-buffered", is_flag=True, help="Line by line, as they come. Keys of many lines stay.")
@click.option("--second-detector", "second", is_flag=True, help="Ask kingfisher too (extra redact).")
@partial(shared_options, as_json=False)
@invocation
def command(call: Invocation, check: bool, report: Path | None, line_buffered: bool, second: bool) -> int:
    r"""Take the secrets out of what comes in on stdin, and print the rest.

    Passwords, keys, tokens and private keys become [REDACTED-PASSWORD], [REDACTED-GITHUB-TOKEN] and the like; all
    else passes through unchanged, to the byte. The same rules as everywhere in memsyncd: docs/SECRET_PATTERNS.md.

    \b
    Examples:
      memsyncd redact < session.jsonl > clean.jsonl
      memsyncd redact --check < patch.diff > /dev/null || echo "there is a secret in it"
      memsyncd redact --report - < .env | jq '.findings[] | [.line, .label]'
      memsyncd redact --line-buffered < pipe
    """
    if line_buffered and (report or second):
        raise UsageError("--line-buffered goes with neither --report nor --second-detector")
    redactor = redactor_for(call)
    source = _binary(sys.stdin)
    if line_buffered:
        found = _line_by_line(redactor, source)
    else:
        text = source.read().decode("utf-8", "surrogateescape")
        redaction = _twice(redactor, text) if second else redactor(text)
        _deliver(call, redactor, text, redaction, report)
        found = Counter(finding.label for finding in redaction.findings)
    if found:
        kinds = ", ".join(f"{number:,} {label}" for label, number in found.most_common())
        call.out.say(f"{count(found.total(), 'secret')} replaced: {kinds}")
    return PROBLEMS_FOUND if check and found else 0


def reported(text: str, findings: Iterable[Finding]) -> Iterator[Reported]:
    """The findings with line and column."""
    starts = [0, *(offset + 1 for offset, char in enumerate(text) if char == "\n")]
    for one in findings:
        line = bisect_right(starts, one.start)
        column = one.start - starts[line - 1] + 1
        yield Reported(one.rule, one.label, line, column, one.start, one.end - one.start, one.fingerprint)


def _line_by_line(redactor: Redactor, source: Iterable[bytes]) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in source:
        redaction = redactor(line.decode("utf-8", "surrogateescape"))
        _print(redaction.text)
        found.update(finding.label for finding in redaction.findings)
    return found


def _twice(redactor: Redactor, text: str) -> Redaction:
    """What both detectors make of the text.

    Raises:
        UsageError: the extra is not installed.
        DetectorFailed: it does not work.
    """
    if not installed():
        hint = "pip install 'memsyncd[redact]'"
        raise UsageError("the second detector is not installed", hint=hint)
    with TemporaryDirectory(prefix="memsyncd-") as cache:
        detector = Kingfisher(Path(cache))
        try:
            [findings] = detector.scan([text])
        finally:
            detector.close()
    return redactor.replace(text, (*findings, *redactor(text).findings))


def _deliver(call: Invocation, redactor: Redactor, text: str, redaction: Redaction, report: Path | None) -> None:
    """Prints the text, and writes the report where it is wanted."""
    if report is None:
        _print(redaction.text)
        return
    document = {
        "rules": redactor.version,
        "count": len(redaction.findings),
        "findings": list(reported(text, redaction.findings)),
    }
    if str(report) == "-":
        call.out.json(document)
        return
    _print(redaction.text)
    write_private(report, json.format(json.encode(document), indent=2) + b"\n")


def _print(text: str) -> None:
    out = _binary(sys.stdout)
    out.write(text.encode("utf-8", "surrogateescape"))
    out.flush()


def _binary(stream: object) -> BinaryIO:
    """The bytes below a text stream: what passes through is not ours to decode."""
    if isinstance(stream, TextIOWrapper):
        return cast("BinaryIO", stream.buffer)
    raise UsageError("redact works on pipes and files")
