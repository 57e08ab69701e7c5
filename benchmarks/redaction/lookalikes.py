"""What looks like a secret and is none: it must stay to the last character."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import md5, sha1, sha256, sha512
from random import Random

from benchmarks.redaction.cases import Case
from tests.core.redact.shapes import ALNUM, B64, HEX, WORD, draw

ROUNDS = 8

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

TALK = (
    "the password is wrong again",
    "my password has expired, can you reset it?",
    "the token is missing from the header",
    "rotate the API key every 90 days",
    "Password must have 12 characters, 1 digit and 1 symbol.",
    "the secret is good flour",
    "we store passwords with argon2id and a salt of 16 bytes",
    "export API_KEY=$OTHER_KEY",
    "export TOKEN=$(pass show api/token1)",
    "password = os.environ['DB_PASSWORD_1']",
    "const key = process.env.API_KEY_2;",
    "token: str = field(default='')",
    "password: ${{ secrets.DB_PASSWORD_2 }}",
    "API_KEY=<your-api-key>",
    "api_key: xxxxxxxxxxxxxxxxxxxxxxxx",
    "token=...",
    "password: ********",
    "secret: REPLACE_ME",
    "secretKeyRef: {name: db-credentials, key: password}",
    "passwordPolicy: {minLength: 12, history: 5}",
    "max_tokens: 4096, temperature: 0.2",
    "usage: 12034 input tokens, 512 output tokens",
    "pageToken=2&pageSize=50",
    "der Token ist 3600 Sekunden gültig",
    "das Passwort muss mindestens 12 Zeichen haben",
    "le mot de passe est trop court",
    "la contraseña no es correcta",
    "пароль слишком короткий",
    "密码不正确",
    "パスワードが違います",
    "비밀번호를 잊어버렸어요",
    "basic auth is off, bearer auth is on",
    "cookie: consent banner v2",
    "the key to success is practice",
    "keyboard: key_down, key_up, key=Enter",
    "for key, value in items.items():",
    "SELECT token, secret FROM sessions WHERE user_id = $1",
    "if token != expected_token1:",
    "def verify(password: str, hashed: bytes) -> bool:",
    "getSecretValue(secretName)",
    "token = lexer.next_token2()",
    "passwd -l bob && usermod -aG sudo bob",
    "ssh -i ~/.ssh/id_ed25519_2 bob@example.org",
    "kubectl get secret db-credentials-v2 -o yaml",
    "vault kv get secret/data/app1",
    "aws sts get-caller-identity --profile dev1",
    "git clone https://github.com/org/token-service-2.git",
    "https://docs.example.org/auth/tokens#refresh-token-2",
    "the private key stays on machine 2",
)


def identifiers(rng: Random) -> Iterator[tuple[str, str]]:
    """One identifier of each kind, where people and programs write it."""
    noise = rng.randbytes(16)
    uuid = "-".join(draw(rng, HEX, length) for length in (8, 4, 4, 4, 12))
    yield "SHA-1", f"commit {sha1(noise).hexdigest()}"  # noqa: S324 - a digest to look at
    yield "short SHA", f"see {sha1(noise).hexdigest()[:9]} for the fix"  # noqa: S324
    yield "SHA-256", f"sha256:{sha256(noise).hexdigest()}"
    yield "SHA-256, bare", f"{sha256(noise).hexdigest()}  archive.tar.gz"
    yield "MD5", f'ETag: "{md5(noise).hexdigest()}"'  # noqa: S324
    yield "integrity", f'"integrity": "sha512-{b64encode(sha512(noise).digest()).decode()}"'
    yield "UUID", f"request {uuid} took 12 ms"
    yield "UUID in a path", f"/v1/sessions/{uuid}/messages"
    yield "ULID", f"id=01{draw(rng, _CROCKFORD, 24)}"
    for prefix in (
        "toolu_01",
        "call_",
        "msg_01",
        "req_",
        "resp_",
        "chatcmpl-",
        "run_",
        "file-",
        "asst_",
        "thread_",
    ):
        yield f"{prefix} id", f'"id": "{prefix}{draw(rng, ALNUM, 22)}"'
    yield "trace", f"traceparent: 00-{draw(rng, HEX, 32)}-{draw(rng, HEX, 16)}-01"
    yield "address", f"0x{draw(rng, HEX, 40)}"
    yield "image", f"image: registry.example.org/app@sha256:{draw(rng, HEX, 64)}"
    yield "public key", f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{draw(rng, B64, 43)} bob@laptop"
    yield "inline image", f"data:image/png;base64,{b64encode(rng.randbytes(900)).decode()}"
    yield "base64 of bytes", f"payload {b64encode(rng.randbytes(48)).decode()} end"
    yield "publishable key", f"pk_{'live'}_{draw(rng, ALNUM, 24)}"
    yield "object id", f"ObjectId('{draw(rng, HEX, 24)}')"
    yield "video", f"https://video.example.org/watch?v={draw(rng, WORD, 11)}&t=12s"
    yield "document", f"https://docs.example.org/document/d/{draw(rng, WORD, 44)}/edit"
    yield "nix store", f"/nix/store/{draw(rng, '0123456789abcdfghijklmnpqrsvwxyz', 32)}-glibc-2.39"
    yield "container", f"{draw(rng, HEX, 12)}   nginx:1.27   Up 3 hours   0.0.0.0:80->80/tcp"
    yield "bundle", f"assets/index-{draw(rng, ALNUM, 8)}.js and chunk.{draw(rng, HEX, 20)}.css"
    yield "version", f"1.{rng.randint(0, 30)}.{rng.randint(0, 30)}-rc{rng.randint(1, 9)}+build.{draw(rng, HEX, 7)}"
    yield "Go pseudo version", f"v0.0.0-20260115101213-{draw(rng, HEX, 12)}"
    yield "message id", f"Message-ID: <{draw(rng, ALNUM, 24)}@mail.example.org>"
    yield "mask", f"sk-{draw(rng, ALNUM, 3)}…{draw(rng, ALNUM, 4)} and {'gh'}p_************"
    yield (
        "temporary folder",
        f"/var/folders/zz/{draw(rng, 'abcdefghij0123456789_', 30)}/T/tmp{draw(rng, ALNUM, 8)}",
    )
    yield "serial", f"serial number {draw(rng, 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789', 12)}"
    yield "nonce", f"script-src 'nonce-{draw(rng, ALNUM, 22)}=='"


def lookalikes(seed: int) -> Iterator[Case]:
    """Talk about secrets once, identifiers drawn several times."""
    for text in TALK:
        yield Case(text=text, kind=text)
    rng = Random(f"look-alikes/{seed}")
    for _ in range(ROUNDS):
        for kind, text in identifiers(rng):
            yield Case(text=text, kind=kind)
