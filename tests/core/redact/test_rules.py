"""Each rule by itself: what it finds and what it lets stand."""

from __future__ import annotations

from random import Random

import pytest

from tests.core.redact.compiled import found_by, ruleset
from tests.core.redact.shapes import ALNUM, B64, HEX, SHAPES, draw

SIGNS = ALNUM + "!@#$%^*+?~"
WORDS = [
    "apple",
    "river",
    "stone",
    "cloud",
    "piano",
    "tiger",
    "maple",
    "ocean",
    "candle",
    "forest",
    "garden",
    "mirror",
]

# What stands in the examples for a secret of each kind.
KINDS = {
    "pw": lambda rng: "x" + draw(rng, SIGNS, 12) + "7",
    "plain": lambda rng: draw(rng, "bcdfghjklmnpqrstvwxz", 9),
    "pin": lambda rng: draw(rng, "0123456789", 6),
    "key": lambda rng: draw(rng, ALNUM, 32),
    "pair": lambda rng: "session=" + draw(rng, ALNUM, 32),
    "hex": lambda rng: draw(rng, HEX, 40),
    "b64": lambda rng: draw(rng, B64, 63) + "=",
    "words": lambda rng: " ".join(rng.choice(WORDS) for _ in range(12)),
    "body": lambda rng: "\n".join(draw(rng, B64, 64) for _ in range(6)) + "\n" + draw(rng, B64, 30) + "==",
}

FINDS = [
    ("seed-phrase", "words", "seed phrase: {}"),
    ("seed-phrase", "words", "my recovery phrase is {} ok?"),
    ("putty-private-key", "body", "Private-Lines: 7\n{}\nPrivate-MAC: 00"),
    ("webhook-url", "key", "https://hooks.slack.com/services/{}"),
    ("webhook-url", "key", "https://discord.com/api/webhooks/{}"),
    ("url-password", "pw", "postgres://bob:{}@db.example.org:5432/x"),
    ("url-password", "pw", "redis://:{}@cache/0"),
    ("url-user-token", "hex", "https://{}@git.example.org/repo.git"),
    ("url-parameter", "key", "https://example.org/v1?access_token={}&page=2"),
    ("url-parameter", "key", "https://x.blob.example.net/c?sv=2024&sig={}"),
    ("auth-header", "key", "Authorization: Bearer {}"),
    ("auth-header", "key", 'curl -H "X-Api-Key: {}" https://example.org'),
    ("auth-header", "key", '\\"authorization\\": \\"Basic {}\\"'),
    ("bearer-token", "key", "send it as bearer {}"),
    ("basic-credentials", "b64", "it wants Basic {} there"),
    ("cookie", "pair", "Cookie: {}"),
    ("registry-auth", "b64", '{{"auths": {{"registry.example.org": {{"auth": "{}"}}}}}}'),
    ("registry-auth", "key", "//registry.example.org/:_authToken={}"),
    ("curl-user", "pw", "curl -s -u bob:{} https://example.org"),
    ("curl-cookie", "pair", "curl -b '{}' https://example.org"),
    ("option-password", "pw", "restore --db-password {} --force"),
    ("option-password", "pw", "restore --password={}"),
    ("option-secret", "key", "deploy --token {}"),
    ("option-quoted", "plain", "restore --password '{}'"),
    ("program-password", "pw", "sshpass -p {} ssh bob@host"),
    ("program-password", "pw", "mysql -u root -p{} db"),
    ("piped-password", "pw", "echo '{}' | docker login -u bob --password-stdin"),
    ("netrc-password", "pw", "machine example.org login bob password {}"),
    ("env-password", "plain", "export DB_PASSWORD={}"),
    ("env-password", "plain", "host=db user=bob password={} dbname=x"),
    ("env-secret", "key", "STRIPE_WEBHOOK_SECRET={}"),
    ("env-secret", "key", 'GITHUB_TOKEN_OLD: "{}"'),
    ("assigned-password", "pw", "password: {}"),
    ("assigned-password", "pw", "Passwort für den Server: {}"),
    ("assigned-password", "pw", "Password:\n  {}"),
    ("assigned-password", "pw", "ПАРОЛЬ：{}"),
    ("assigned-password", "pw", "user=bob&password={}&grant=x"),
    ("assigned-quoted-password", "plain", '{{"password": "{}"}}'),
    ("assigned-quoted-password", "plain", '{{\\"dbPassword\\": \\"{}\\"}}'),
    ("assigned-quoted-password", "plain", 'password: str = "{}"'),
    ("paired-quoted-password", "pw", 'setenv("DB_PASSWORD", "{}")'),
    ("assigned-secret", "key", "client secret = {}"),
    ("assigned-secret", "key", '"refreshToken":"{}"'),
    ("assigned-secret", "key", "Api-Key → {}"),
    ("password-argument", "pw", 'user.set_password("{}")'),
    ("auth-tuple", "plain", 'requests.get(url, auth=("bob", "{}"))'),
    ("sql-password", "plain", "CREATE USER bob IDENTIFIED BY '{}';"),
    ("sql-password", "plain", "ALTER ROLE bob WITH PASSWORD '{}';"),
    ("xml-password", "plain", "<dbPassword>{}</dbPassword>"),
    ("xml-password", "plain", '<add key="SmtpPassword" value="{}"/>'),
    ("table-password", "pw", "| user | bob |\n| password | {} |"),
    ("spoken-password", "pw", "the password for the router is {}, please change it"),
    ("spoken-password", "pw", "mein Passwort ist jetzt {}"),
    ("spoken-password", "pw", "mon mot de passe est {}"),
    ("spoken-password", "pw", "I changed my password to {}"),
    ("spoken-quoted-password", "plain", 'the passphrase is "{}"'),
    ("spoken-plain-password", "plain", "my wifi password is {}."),
    ("spoken-secret", "key", "the api key for staging is {}"),
    ("spoken-pin", "pin", "my card pin is {}"),
    ("cjk-password", "pw", "密码是{}。"),
    ("cjk-password", "pw", "パスワードは{}です"),
    ("cjk-password", "pw", "비밀번호: {}"),
    ("adjacent-password", "pw", "мой пароль {}"),
    ("adjacent-password", "pw", "my bank password, {}, is weak"),
    ("named-afterwards", "pw", "{} is my password"),
    ("login-pair", "pw", "credentials: admin / {}"),
    ("use-secret", "pw", "please use the password {} there"),
]

LETS_STAND = [
    ("private-key", "-----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY----- stand around it"),
    ("private-key-tail", "the last line is -----END PRIVATE KEY-----"),
    ("putty-private-key", "Private-Lines: 8 is a header"),
    ("age-key", "it starts with age-secret-key- and goes on"),
    ("seed-phrase", "the recovery phrase is twelve words long"),
    ("anthropic-key", "sk-ant-your-key-goes-here-please"),
    ("openai-key", "sk-proj-your-project-key-goes-here"),
    ("llm-key", "sk-learn-contrib-and-friends-2024"),
    ("llm-provider-key", "hyp_some_long_function_name_here_2"),
    ("elevenlabs-key", "mask_0123, disk_usage, sk_"),
    ("hugging-face-token", "hf_hub_download_to_local_directory"),
    ("google-key", "AIzaSy and ya29. are prefixes"),
    ("aws-key", "AKIA" + "IOSFODNN7" + "EXAMPLE"),
    ("azure-key", "Q~ is the mark, jqqj99 too"),
    ("cloud-token", "pul-requests and dapi-client-generator-for-python"),
    ("github-token", "ghp_" + 36 * "x"),
    ("gitlab-token", "glpat-" + 20 * "x"),
    ("registry-token", "npm_config_registry_of_some_kind_that_is_long"),
    ("slack-token", "xoxb-your-bot-token-here"),
    ("telegram-bot-token", "12:AA and 1234567:AAbc"),
    ("discord-token", "Module.getter.of_some_very_long_function_name_here"),
    ("webhook-url", "https://hooks.slack.com/services/your/webhook/path"),
    ("stripe-key", "sk_test_your_key"),
    ("service-key", "trigger_on_new_row_in_table_2"),
    ("service-shape", "key-value pairs, fc-list, sl.example.org"),
    ("service-shape-common", "re_compile, secret_manager_client_for_projects, path"),
    ("jwt", "eyJhbGci is how one begins"),
    ("url-password", "postgres://user:password@localhost/db and http://localhost:3000/@vite"),
    ("url-user-token", "https://some-long-user-name-here@example.org/x"),
    ("url-parameter", "https://example.org/?token=<your-token>&code=next-page-1"),
    ("auth-header", "Authorization: Bearer $TOKEN"),
    ("bearer-token", "the bearer authentication-scheme-of-choice"),
    ("basic-credentials", "basic understandingof things"),
    ("cookie", "cookie: consent=accepted"),
    ("registry-auth", '"auth": "required", _auth = token'),
    ("curl-user", "curl -u user:$PASS https://example.org"),
    ("curl-cookie", "curl -b cookies.txt https://example.org"),
    ("option-password", "use --password required or --password-stdin"),
    ("option-secret", "--token <token> --api-key $KEY"),
    ("option-quoted", '--password "$PASSWORD"'),
    ("program-password", "docker run -p 8080:80 image; mysql -u root -p"),
    ("piped-password", "echo $PASSWORD | docker login --password-stdin"),
    ("netrc-password", "machine example.org login bob password <password>"),
    ("env-password", "PASSWORD=changeme PWD=/home/bob"),
    ("env-secret", "PUBLIC_KEY=abc123def456 TOKEN_LIMIT=16000 CACHE_KEY=user2"),
    ("assigned-password", "password: required (8 to 64 characters)"),
    ("assigned-quoted-password", '"password": "must be at least 8 characters"'),
    ("paired-quoted-password", '["username", "password", "email2"]'),
    ("assigned-secret", 'next_page_token: "CAUQAA1x9273"'),
    ("password-argument", 'getpass_password("Password: ")'),
    ("auth-tuple", 'auth=("user", "password")'),
    ("sql-password", "IDENTIFIED BY 'password'"),
    ("xml-password", "<password>${DB_PASSWORD}</password>"),
    ("table-password", "| password | required |"),
    ("spoken-password", "the password is wrong, it was changed on 2026-01-15"),
    ("spoken-quoted-password", 'the password is "too weak"'),
    ("spoken-plain-password", "my password is expired."),
    ("spoken-secret", "the token is valid for 3600 seconds"),
    ("spoken-pin", "my favourite pin is 13"),
    ("cjk-password", "密码错误，请重试 3 次"),
    ("adjacent-password", "the password 2FA and password sha256"),
    ("named-afterwards", "version2 is the token of choice"),
    ("login-pair", "the login page /v2/users"),
    ("use-secret", "exited with code 137, use the token counter"),
]


@pytest.mark.parametrize(("name", "kind", "template"), FINDS)
def test_finds_exactly_the_value(name: str, kind: str, template: str):
    for seed in range(5):
        secret = KINDS[kind](Random(f"{name}/{seed}"))
        assert secret in found_by(name, template.format(secret)), seed


@pytest.mark.parametrize(("name", "text"), LETS_STAND)
def test_lets_stand(name: str, text: str):
    assert found_by(name, text) == []


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.id)
def test_finds_its_format(shape):
    secret = shape.expand(6)
    assert found_by(shape.rule, f"a {secret} b") == [secret]


def test_every_rule_has_an_example_of_each_kind():
    """The PEM rules have their own file, the formats their shapes."""
    pem = {"private-key", "private-key-tail"}
    assert {rule.id for rule in ruleset().rules} == {name for name, *_ in FINDS} | {
        shape.rule for shape in SHAPES
    } | pem
    assert {rule.id for rule in ruleset().rules} == {name for name, _ in LETS_STAND}
