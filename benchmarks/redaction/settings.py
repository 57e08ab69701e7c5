"""Secrets as programs write them: environment, files, code, headers, URLs, JSON, PEM, base64."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from random import Random

from benchmarks.redaction.cases import Case
from tests.core.redact.shapes import ALNUM, B64, HEX, SHAPES, draw

SYNTAXES = {
    "ini": "[default]\n{name}={value}\nregion=eu\n",
    "ini, spaced": "{name} = {value}\n",
    "export": "export {name}={value}",
    "export, quoted": 'export {name}="{value}"',
    "env, single quotes": "{name}='{value}'\n",
    "docker": "docker run -e {name}={value} image",
    "json": '{{\n  "{name}": "{value}"\n}}',
    "json, one line": '{{"{name}":"{value}","ok":true}}',
    "json, escaped": '"{{\\"{name}\\": \\"{value}\\"}}"',
    "yaml": "app:\n  {name}: {value}\n  debug: false\n",
    "yaml, quoted": '{name}: "{value}"\n',
    "xml": "<settings><{name}>{value}</{name}></settings>",
    "xml attribute": '<add key="{name}" value="{value}" />',
    "c#": 'const string {name} = "{value}";',
    "go": '{name} := "{value}"',
    "go, raw": "var {name} string = `{value}`",
    "java": 'String {name} = "{value}";',
    "kotlin": 'private val {name}: String = "{value}"',
    "php": '${name} = "{value}";',
    "php array": "'{name}' => '{value}',",
    "python": "{name} = '{value}'\n",
    "python argument": 'client = Client({name}="{value}")',
    "python dictionary": '"{name}": "{value}",',
    "r": '{name} <- "{value}"',
    "ruby": ':{name} => "{value}"',
    "swift": 'let {name} = "{value}"',
    "javascript": 'const {name} = "{value}";',
    "javascript object": "{{ {name}: '{value}' }}",
    "process environment": 'process.env.{name} = "{value}"',
    "makefile": "{name} := {value}\n",
    "makefile default": '{name} ?= "{value}"\n',
    "toml": '[auth]\n{name} = "{value}"\n',
    "hcl": '  {name} = "{value}"\n',
    "option": "tool --{name}={value} run",
    "option, spaced": 'tool --{name} "{value}" run',
    "url parameter": "https://api.example.org/v1/items?page=2&{name}={value}",
    "log": "2026-01-15 10:12:13 DEBUG loaded {name}={value} from file",
    "log, colon": 'INFO {name}: "{value}"',
    "markdown block": "Set it:\n\n```\n{name}={value}\n```\n",
    "markdown code": "put `{name}={value}` into the file",
    "markdown table": "| {name} | {value} |",
    "name and value": '{{"name": "{name}", "value": "{value}"}}',
    "name and value, yaml": '- name: {name}\n  value: "{value}"\n',
}
"""Ways to give a name a value."""

NAMES = (
    "DB_PASSWORD",
    "db_password",
    "dbPassword",
    "API_KEY",
    "apiKey",
    "api-key",
    "client_secret",
    "clientSecret",
    "SECRET_KEY",
    "access_token",
    "accessToken",
    "AUTH_TOKEN",
    "smtp.password",
    "REDIS_PASSWORD",
    "JWT_SECRET",
    "encryption_key",
    "WEBHOOK_SECRET",
    "POSTGRES_PASSWORD",
    "spring.datasource.password",
    "BOT_TOKEN",
    "refreshToken",
    "admin_password",
    "SESSION_SECRET",
    "MAIL_PASSPHRASE",
)

HEADERS = (
    "Authorization: Bearer {}",
    "authorization: token {}",
    "Authorization: Token {}",
    "X-Api-Key: {}",
    "x-auth-token: {}",
    "PRIVATE-TOKEN: {}",
    "api-key: {}",
    "Proxy-Authorization: Bearer {}",
    "X-Vault-Token: {}",
    "Cookie: sessionid={}; theme=dark",
    "Set-Cookie: sid={}; Path=/; HttpOnly",
    "Cookie: theme=dark; auth_token={}",
    "Authorization: ApiKey {}",
)

CARRIERS = (
    "{}",
    'curl -H "{}" https://api.example.org/v1',
    "curl --header '{}' https://api.example.org/v1",
    "GET /v1/items HTTP/1.1\nHost: api.example.org\n{}\nAccept: */*\n",
    "> {}\n> Accept: */*",
    'wget --header="{}" https://api.example.org/v1',
    "send `{}` with it",
    '"curl -H \\"{}\\" https://api.example.org"',
)

HEADER_CODE = (
    'headers = {{"Authorization": "Bearer {}"}}',
    "headers: {{ 'X-API-Key': '{}' }}",
    'headers.set("Authorization", "Bearer {}");',
    "request.setHeader('x-api-key', '{}')",
    '.header("Authorization", "Bearer {}")',
    "curl -u admin:{} https://api.example.org",
    "curl --user 'admin:{}' https://api.example.org",
    'http GET api.example.org "X-API-Key:{}"',
    'auth=("admin", "{}")',
    "sshpass -p {} ssh admin@example.org",
    "mysql -u root -p{} shop",
    "PGPASSWORD={} psql -h db",
    "redis-cli -a {} ping",
    "docker login -u admin -p {} registry.example.org",
    "CREATE USER 'app' IDENTIFIED BY '{}';",
    "ALTER ROLE app WITH PASSWORD '{}';",
    "echo {} | sudo -S id",
    "net use Z: \\\\server\\share /user:admin {}",
)

URLS = (
    "postgres://app:{}@db.example.org:5432/shop",
    "postgresql+asyncpg://app:{}@db/shop",
    "mysql://root:{}@10.0.0.5/shop",
    "redis://:{}@cache.example.org:6379/0",
    "rediss://default:{}@cache.example.org",
    "amqp://bob:{}@mq.example.org/vhost",
    "mongodb+srv://bob:{}@cluster.example.org/shop",
    "https://bob:{}@git.example.org/org/repo.git",
    "https://oauth2:{}@git.example.org/org/repo.git",
    "ftp://bob:{}@files.example.org",
    "smtp://bob%40example.org:{}@mail.example.org:587",
    "https://api.example.org/v1?api_key={}",
    "https://api.example.org/v1?q=1&access_token={}&page=2",
    "https://example.org/cb#access_token={}&token_type=bearer",
    "https://example.org/reset?token={}",
    "wss://stream.example.org/?auth_token={}",
    "https://example.org/login?user=bob&password={}",
    "https://files.example.org/a.zip?signature={}",
    "jdbc:postgresql://db/shop?user=app&password={}",
    "Server=db;Database=shop;User Id=sa;Password={};Encrypt=true",
    "jdbc:sqlserver://db;user=sa;password={};",
    "host=db user=app password={} dbname=shop",
    "AccountName=shop;AccountKey={};EndpointSuffix=example.org",
    "socks5://bob:{}@proxy.example.org:1080",
)


def values(rng: Random) -> Iterator[str]:
    """One value of each kind that programs are given: they have no quotes, spaces or URL characters."""
    yield draw(rng, ALNUM, 24)
    yield draw(rng, HEX, 40)
    yield draw(rng, B64, 43).replace("/", "x") + "="
    yield f"{draw(rng, ALNUM, 9)}!{draw(rng, ALNUM, 3)}"
    yield "-".join(draw(rng, HEX, length) for length in (8, 4, 4, 4, 12))


def assignments(seed: int) -> Iterator[Case]:
    """Every syntax with every fourth name and two kinds of values."""
    rng = Random(f"assignments/{seed}")
    for turn, (syntax, template) in enumerate(SYNTAXES.items()):
        for name in NAMES[turn % 4 :: 4]:
            for value in rng.sample(list(values(rng)), 2):
                yield Case(text=template.format(name=name, value=value), secrets=(value,), kind=syntax)


def headers(seed: int) -> Iterator[Case]:
    """Headers in what carries them, and credentials on command lines and in code."""
    rng = Random(f"headers/{seed}")
    for header in HEADERS:
        for carrier in CARRIERS:
            value = draw(rng, ALNUM, rng.choice((24, 32, 40)))
            yield Case(text=carrier.format(header.format(value)), secrets=(value,), kind=header.format("…"))
    for carrier in CARRIERS:
        value = b64encode(f"admin:{draw(rng, ALNUM, 14)}".encode()).decode()
        yield Case(text=carrier.format(f"Authorization: Basic {value}"), secrets=(value,), kind="Basic")
    for template in HEADER_CODE:
        for _ in range(3):
            value = draw(rng, ALNUM, rng.choice((12, 16, 24)))
            yield Case(text=template.format(value), secrets=(value,), kind=template.format("…"))


def urls(seed: int) -> Iterator[Case]:
    """Passwords before a host, secrets among the parameters, connection strings."""
    rng = Random(f"urls/{seed}")
    for template in URLS:
        for around in ("{}", "see {}.", "(`{}`)", 'url = "{}"', "<{}>"):
            value = draw(rng, ALNUM, rng.choice((12, 20, 32)))
            yield Case(text=around.format(template.format(value)), secrets=(value,), kind=template.format("…"))


def encoded(seed: int) -> Iterator[Case]:
    """Base64 of tokens and of settings; the whole run is the secret."""
    rng = Random(f"encoded/{seed}")
    known = {
        "anthropic api",
        "openai project",
        "github personal",
        "gitlab personal",
        "slack bot",
        "stripe live",
        "groq",
    }
    inner = [f"export KEY={shape.expand(seed)}" for shape in SHAPES if shape.id in known]
    inner += [
        f'{{"user": "bob", "{name}": "{draw(rng, ALNUM, 16)}"}}' for name in ("password", "api_key", "token")
    ]
    for plain in inner:
        for shift in range(3):
            run = b64encode((" " * shift + plain).encode()).decode()
            for template in ("data {} end", "  config: {}\n", 'echo "{}" | base64 -d', '{{"blob": "{}"}}'):
                yield Case(text=template.format(run), secrets=(run.rstrip("="),), kind=plain[:24])
    for name in ("password", "client-secret", "api_key"):
        run = b64encode(draw(rng, ALNUM, 18).encode()).decode()
        text = f"kind: Secret\ndata:\n  {name}: {run}\n"
        yield Case(text=text, secrets=(run.rstrip("="),), kind="a Secret of Kubernetes")
