"""What is no secret stays, to the last character."""

from __future__ import annotations

from base64 import b64encode
from random import Random

import pytest

from memsyncd.core.redact import redact
from tests.core.redact.shapes import ALNUM, B64, HEX, draw

_RNG = Random("must stay")
_HEX40, _HEX64 = draw(_RNG, HEX, 40), draw(_RNG, HEX, 64)
_UUID = "-".join(draw(_RNG, HEX, length) for length in (8, 4, 4, 4, 12))
_ULID = "01" + draw(_RNG, "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24)
_BODY = "\n".join(draw(_RNG, B64, 64) for _ in range(12))

IDENTIFIERS = [
    f"commit {_HEX40}",
    f"see {_HEX40[:7]} and {_HEX40[:12]}",
    f"sha256:{_HEX64}",
    f'"integrity": "sha512-{draw(_RNG, B64, 86)}=="',
    f"docker pull repo/image@sha256:{_HEX64}",
    f"request id {_UUID}",
    f"session {_UUID}.jsonl",
    f"trace {_HEX64[:32]} span {_HEX64[:16]}",
    f"id {_ULID}",
    *(
        f"id {prefix}{draw(_RNG, ALNUM, 24)}"
        for prefix in ("toolu_", "call_", "msg_", "req_", "resp_", "chatcmpl-")
    ),
    f"0x{_HEX40}",
    f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{draw(_RNG, B64, 43)} bob@host",
    f"-----BEGIN CERTIFICATE-----\n{_BODY}\n-----END CERTIFICATE-----",
    f"-----BEGIN PUBLIC KEY-----\n{_BODY}\n-----END PUBLIC KEY-----",
    f"data:image/png;base64,{b64encode(_RNG.randbytes(3000)).decode()}",
    f"data:image/png;base64,{b64encode(_RNG.randbytes(3001)).decode()}",
    f"etag W/{_HEX40[:20]}-gzip",
    f"pk_live_{draw(_RNG, ALNUM, 24)} is the publishable key",
]

VALUES = [
    "version 1.2.3-rc4+build.5, v10.11.12, 2026.7.35",
    "/usr/lib/python3.11/site-packages/google/auth/transport/requests.py",
    "C:\\Users\\bob\\AppData\\Local\\Programs\\Token2\\bin",
    "https://github.com/org/repo/blob/main/src/auth/token_store.py#L120-L140",
    "https://example.org/search?q=password&page=2&sort=key",
    "git@github.com:org/repo.git",
    "ssh://git@github.com:22/org/repo.git",
    "http://localhost:3000/@vite/client and http://127.0.0.1:8080/a@b",
    "postgres://user:password@localhost/db",
    "postgres://postgres:<password>@db/app and amqp://guest:${PASS}@mq",
    "task-1234-speak-1234567890-abcdef",
    "risk-assessment-2024-final-version-12 and desk-booking-service-v2-backend",
    "sk-learn-contrib-imbalanced-learn-0.12",
    "npm_config_registry, npm_package_version and npm_lifecycle_event_name_2",
    "re_compile_pattern_from_string_2, key_error_handler_for_tokens, pat_matcher",
    "gh_token_from_environment_variable",
]

PLACEHOLDERS = [
    "sk-... goes here",
    "sk-abc…9f3a",
    "Bearer eyJhbG…x9Qw",
    "password: ***",
    "token=***",
    '"apiKey": "sk-pro…Zz09"',
    '"token": "***"',
    "OPENAI_API_KEY=sk-your-key-here",
    "OPENAI_API_KEY=sk-...",
    "API_KEY=<your key>",
    "token: <token>",
    "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "password=changeme",
    "PASSWORD=your_password_here",
    'api_key = "YOUR_API_KEY"',
    "export TOKEN=$GITHUB_TOKEN",
    "export TOKEN=${GITHUB_TOKEN:-none}",
    "TOKEN=$(gh auth token)",
    'curl -H "Authorization: Bearer $TOKEN" https://api.example.org',
    "Authorization: Bearer <token>",
    "Authorization: Bearer {token}",
    "curl -u user:$PASS https://example.org",
    "curl -u user:password https://example.org",
    "${{ secrets.DEPLOY_KEY_2 }}",
    "password: {{ vault_db_password_1 }}",
    "password: op://vault/item1/password",
    "AKIA" + "IOSFODNN7" + "EXAMPLE",
]

CODE = [
    "password = input()",
    "password = getpass.getpass()",
    'password = getpass("Password: ")',
    "password: string;",
    "password: str | None = None",
    "def login(user: str, password: str) -> Token1:",
    "login(user=user, password=password)",
    "const token = process.env.TOKEN1;",
    "token = os.environ['TOKEN_2']",
    'token = os.environ.get("TOKEN_2")',
    "this.password = params.password1",
    "password = config['db'][0]",
    "secret = base64.b64decode(data2)",
    "token = token[:-1]",
    "apiKey: string | undefined",
    'if (password === "") throw new Error("password required")',
    '<input type="password" name="password" autocomplete="current-password">',
    '{"password": "string", "token": "string"}',
    '{"password": "must be at least 8 characters"}',
    '{"required": ["username", "password", "email2fa"]}',
    '"password_reset_url": "https://example.org/reset/1"',
    "PASSWORD_MIN_LENGTH=12",
    "TOKEN_URL=https://example.org/oauth2/token",
    "SSH_AUTH_SOCK=/tmp/ssh-1/agent.2",
    "CACHE_KEY=user_profile_v2",
    "max_tokens=4096, maxTokens: 8192, total_tokens: 123456",
    'next_page_token: "CAUQAA1x9273kd8"',
    "tokens: 12.5k in / 3k out",
    "key: value1, primary_key: id2",
    "pass: 12, fail: 3",
    "12 pass 3 fail, token 4/204",
    "PWD=/home/bob/src2 OLDPWD=/tmp",
    "assert hash_password('x') != password",
    "--password-file /run/secrets/db1 --token-ttl 3600s",
    "docker run -e PASSWORD -p 8080:80 image2",
    "git log --author=bob --since=2026-01-01",
    "SELECT password, token FROM users WHERE id = $1",
    "UPDATE users SET password = :password1 WHERE id = 3",
    "ALTER TABLE users ADD COLUMN password VARCHAR(255)",
    "- [ ] rotate the API key: see docs/rotate.md",
]

PROSE = [
    "the password is wrong",
    "my password is expired.",
    "The password was changed on 2026-01-15 at 14:30.",
    "Your password is too short: 8 characters are needed.",
    "password: required, at least 12 characters",
    "Passwords are hashed with bcrypt (cost 12).",
    "Password: sha256, later argon2id",
    "Password: https://example.org/reset",
    "Enter your password:\n1. open the page\n2. click",
    "pin: 13",
    "my favourite pin is number 7",
    "the token is valid for 3600 seconds",
    "the next page token is returned in the response",
    "token count 1200, secret sauce 42",
    "The secret is to bake it at 180C for 25min.",
    "the key is on the table in room 4B",
    "I use 1Password for that, the password manager.",
    "How do I reset the password for user2?",
    "authorization: none required",
    "cookie: accepted",
    "basic understanding of 3-phase systems",
    "the bearer of bad news2",
    "login works again on v2/v3",
    "log in at example.org/login2 with your e-mail address bob@example.org",
    "the recovery phrase is shown once; write down all 24 words and keep them in a safe place, never in a file on this machine",
    "das Passwort ist falsch",
    "le mot de passe est incorrect",
    "la contraseña es demasiado corta",
    "пароль не подходит",
    "密码错误，请重试",
    "パスワードを忘れました",
    "비밀번호가 틀렸습니다",
    "Das Passwort muss 12 Zeichen lang sein.",
    "Le mot de passe doit contenir 8 caractères.",
    "👩‍💻 zero-width joiners are ordinary in emoji 👨‍👩‍👧",
    "A hard wrapped line that ends in a-rather-long-identifier-like-word\nand goes on with 2 more words",
]


@pytest.mark.parametrize("text", [*IDENTIFIERS, *VALUES, *PLACEHOLDERS, *CODE, *PROSE])
def test_stays(text):
    redaction = redact(text)
    assert redaction.text == text
    assert redaction.findings == ()


def test_everything_at_once_stays():
    """Neighbours do not turn one another into secrets."""
    text = "\n\n".join((*VALUES, *PROSE, *CODE, *PLACEHOLDERS))
    found = redact(text).findings
    assert [(finding.rule, text[finding.start : finding.end]) for finding in found] == []
