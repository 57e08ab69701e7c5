"""Token formats as shapes that are expanded when a test runs.

Nothing in the repository looks like a token: a prefix stands in pieces, the rest is drawn at run time from
a seeded generator. A test that fails names the shape and the seed.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

from msgspec import Struct

ALNUM = ascii_letters + digits
WORD = ALNUM + "_-"
HEX = digits + "abcdef"
B64 = ALNUM + "+/"
B32 = ascii_uppercase + "234567"
LOWNUM = ascii_lowercase + digits


class Shape(Struct, frozen=True):
    """A token format: literal pieces and (alphabet, length) pairs, joined in order."""

    id: str
    label: str
    rule: str
    parts: tuple[str | tuple[str, int], ...]

    def expand(self, seed: int) -> str:
        rng = Random(f"{self.id}/{seed}")
        return "".join(part if isinstance(part, str) else draw(rng, *part) for part in self.parts)


def draw(rng: Random, alphabet: str, length: int) -> str:
    """Random characters with at least one digit, lower- and upper-case letter where the alphabet has them."""
    while True:
        drawn = "".join(rng.choice(alphabet) for _ in range(length))
        classes: tuple[Callable[[str], bool], ...] = (str.isdigit, str.islower, str.isupper)
        wanted = [test for test in classes if any(map(test, alphabet))]
        if length < 4 or all(any(map(test, drawn)) for test in wanted):
            return (
                drawn
                if drawn[-1] not in "_-" and drawn[0] not in "_-"
                else drawn.replace("-", "x").replace("_", "y")
            )


def _shape(id_: str, label: str, rule: str, *parts: str | tuple[str, int]) -> Shape:
    return Shape(id_, label, rule, parts)


SHAPES = (
    _shape("anthropic api", "ANTHROPIC-KEY", "anthropic-api-key", "sk", "-ant", "-api03-", (WORD, 93), "AA"),
    _shape("anthropic oauth", "ANTHROPIC-KEY", "anthropic-oauth-token", "sk", "-ant", "-oat01-", (WORD, 93), "AA"),
    _shape(
        "anthropic session", "ANTHROPIC-KEY", "anthropic-session-key", "sk", "-ant", "-sid01-", (WORD, 86), "AA"
    ),
    _shape(
        "openai project",
        "OPENAI-KEY",
        "openai-project-key",
        "sk",
        "-proj-",
        (WORD, 74),
        "T3Blbk",
        "FJ",
        (WORD, 74),
    ),
    _shape("openai service", "OPENAI-KEY", "openai-service-account-key", "sk", "-svcacct-", (WORD, 120)),
    _shape("openai admin", "OPENAI-KEY", "openai-administrator-key", "sk", "-admin-", (WORD, 120)),
    _shape("openai legacy", "OPENAI-KEY", "openai-key", "sk", "-", (ALNUM, 20), "T3Blbk", "FJ", (ALNUM, 20)),
    _shape("deepseek", "LLM-KEY", "deepseek-key", "sk", "-", (HEX, 32)),
    _shape("openrouter", "LLM-KEY", "openrouter-key", "sk", "-or-v1-", (HEX, 64)),
    _shape("groq", "LLM-KEY", "groq-key", "gs", "k_", (ALNUM, 52)),
    _shape("xai", "LLM-KEY", "xai-key", "xa", "i-", (ALNUM, 80)),
    _shape("perplexity", "LLM-KEY", "perplexity-key", "pp", "lx-", (ALNUM, 48)),
    _shape("replicate", "LLM-KEY", "replicate-token", "r", "8_", (ALNUM, 37)),
    _shape("nvidia", "LLM-KEY", "nvidia-key", "nv", "api-", (WORD, 64)),
    _shape("langsmith", "LLM-KEY", "langsmith-key", "lsv", "2_pt_", (HEX, 32), "_", (HEX, 10)),
    _shape("pinecone", "LLM-KEY", "pinecone-key", "pc", "sk_", (ALNUM, 6), "_", (ALNUM, 60)),
    _shape("elevenlabs", "LLM-KEY", "elevenlabs-key", "s", "k_", (HEX, 48)),
    _shape("hugging face", "HUGGINGFACE-TOKEN", "hugging-face-token", "h", "f_", (ascii_letters, 34)),
    _shape("google api", "GOOGLE-KEY", "google-api-key", "AI", "zaSy", (WORD, 33)),
    _shape("google client", "GOOGLE-KEY", "google-client-secret", "GOC", "SPX-", (WORD, 28)),
    _shape("google access", "GOOGLE-KEY", "google-access-token", "ya", "29.a0", (WORD, 160)),
    _shape("google refresh", "GOOGLE-KEY", "google-refresh-token", "1/", "/0g", (WORD, 60)),
    _shape("aws long-lived", "AWS-KEY", "aws-access-key-id", "AK", "IA", (B32, 16)),
    _shape("aws temporary", "AWS-KEY", "aws-access-key-id", "AS", "IA", (B32, 16)),
    _shape("bedrock", "AWS-KEY", "aws-bedrock-key", "AB", "SK", (B64, 120)),
    _shape("azure client", "AZURE-KEY", "azure-client-secret", (ALNUM, 3), "8Q", "~", (ALNUM, 34)),
    _shape("azure resource", "AZURE-KEY", "azure-resource-key", (ALNUM, 52), "JQQ", "J99", (ALNUM, 26)),
    _shape("digitalocean", "CLOUD-TOKEN", "digitalocean-token", "do", "p_v1_", (HEX, 64)),
    _shape("vault", "CLOUD-TOKEN", "vault-token", "hv", "s.", (WORD, 90)),
    _shape("supabase", "CLOUD-TOKEN", "supabase-token", "sb", "p_", (HEX, 40)),
    _shape("vercel", "CLOUD-TOKEN", "vercel-token", "vc", "p_", (ALNUM, 56)),
    _shape("netlify", "CLOUD-TOKEN", "netlify-token", "nf", "p_", (ALNUM, 36)),
    _shape("tailscale", "CLOUD-TOKEN", "tailscale-key", "tsk", "ey-auth-", (ALNUM, 17), "-", (ALNUM, 32)),
    _shape("databricks", "CLOUD-TOKEN", "databricks-token", "da", "pi", (HEX, 32)),
    _shape("doppler", "CLOUD-TOKEN", "doppler-token", "dp", ".pt.", (ALNUM, 43)),
    _shape("heroku", "CLOUD-TOKEN", "heroku-token", "HR", "KU-", (WORD, 60)),
    _shape("pulumi", "CLOUD-TOKEN", "pulumi-token", "pu", "l-", (HEX, 40)),
    _shape("terraform", "CLOUD-TOKEN", "terraform-token", (ALNUM, 14), ".atlas", "v1.", (WORD, 67)),
    _shape("github personal", "GITHUB-TOKEN", "github-token", "gh", "p_", (ALNUM, 36)),
    _shape("github app", "GITHUB-TOKEN", "github-installation-token", "gh", "s_", (ALNUM, 36)),
    _shape(
        "github fine-grained",
        "GITHUB-TOKEN",
        "github-fine-grained-token",
        "github",
        "_pat_",
        (ALNUM, 22),
        "_",
        (ALNUM, 59),
    ),
    _shape("gitlab personal", "GITLAB-TOKEN", "gitlab-personal-token", "gl", "pat-", (WORD, 20)),
    _shape("gitlab runner", "GITLAB-TOKEN", "gitlab-runner-token", "gl", "rt-", (WORD, 20)),
    _shape("npm", "REGISTRY-TOKEN", "npm-token", "np", "m_", (ALNUM, 36)),
    _shape("pypi", "REGISTRY-TOKEN", "pypi-token", "py", "pi-AgEIcHlwaS5vcmc", (WORD, 150)),
    _shape("docker hub", "REGISTRY-TOKEN", "docker-hub-token", "dckr", "_pat_", (WORD, 27)),
    _shape(
        "slack bot",
        "SLACK-TOKEN",
        "slack-bot-token",
        "xo",
        "xb-",
        (digits, 12),
        "-",
        (digits, 12),
        "-",
        (ALNUM, 24),
    ),
    _shape(
        "slack app", "SLACK-TOKEN", "slack-app-token", "xa", "pp-1-A", (B32, 10), "-", (digits, 13), "-", (HEX, 64)
    ),
    _shape("telegram", "TELEGRAM-TOKEN", "telegram-bot-token", (digits, 10), ":A", "A", (WORD, 33)),
    _shape("discord", "DISCORD-TOKEN", "discord-token", "M", (ALNUM, 25), ".G", (ALNUM, 5), ".", (WORD, 38)),
    _shape("stripe live", "STRIPE-KEY", "stripe-key", "s", "k_li", "ve_", (ALNUM, 99)),
    _shape("stripe restricted", "STRIPE-KEY", "stripe-key", "r", "k_te", "st_", (ALNUM, 24)),
    _shape("webhook secret", "STRIPE-KEY", "webhook-signing-secret", "wh", "sec_", (ALNUM, 32)),
    _shape("linear", "API-KEY", "linear-key", "lin", "_api_", (ALNUM, 40)),
    _shape("notion", "API-KEY", "notion-token", "nt", "n_", (digits, 11), (ALNUM, 35)),
    _shape("tavily", "API-KEY", "tavily-key", "tv", "ly-dev-", (ALNUM, 32)),
    _shape("grafana", "API-KEY", "grafana-service-token", "gl", "sa_", (ALNUM, 32), "_", (HEX, 8)),
    _shape("shopify", "API-KEY", "shopify-token", "sh", "pat_", (HEX, 32)),
    _shape("figma", "API-KEY", "figma-token", "fi", "gd_", (WORD, 40)),
    _shape("sentry", "API-KEY", "sentry-token", "sn", "trys_", (ALNUM, 120)),
    _shape("new relic", "API-KEY", "new-relic-key", "NR", "AK-", (B32, 27)),
    _shape("postman", "API-KEY", "postman-key", "PM", "AK-", (HEX, 24), "-", (HEX, 34)),
    _shape("atlassian", "API-KEY", "atlassian-token", "ATA", "TT3x", (WORD, 180)),
    _shape("sendgrid", "API-KEY", "sendgrid-key", "S", "G.", (WORD, 22), ".", (WORD, 43)),
    _shape("mailgun", "API-KEY", "mailgun-key", "ke", "y-", (HEX, 32)),
    _shape("mailchimp", "API-KEY", "mailchimp-key", (HEX, 32), "-u", "s12"),
    _shape("firecrawl", "API-KEY", "firecrawl-key", "f", "c-", (HEX, 32)),
    _shape("brave", "API-KEY", "brave-search-key", "BS", "A", (ALNUM, 28)),
    _shape("facebook", "API-KEY", "facebook-token", "EA", "AC", (ALNUM, 180)),
    _shape("airtable", "API-KEY", "airtable-token", "pa", "t", (ALNUM, 14), ".", (HEX, 64)),
    _shape("resend", "API-KEY", "resend-key", "r", "e_", (ALNUM, 8), "_", (ALNUM, 24)),
    _shape("age", "PRIVATE-KEY", "age-key", "AGE-SEC", "RET-KEY-1", (B32, 58)),
    _shape("jwt", "JWT", "jwt", "ey", "J", (WORD, 33), ".ey", "J", (WORD, 60), ".", (WORD, 43)),
)

CONTEXTS: dict[str, str] = {
    "bare": "{}",
    "full stop": "Here it is: {}.",
    "brackets": "({})",
    "bold": "**{}**",
    "comma": "first {}, then the rest",
    "angle brackets": "<{}>",
    "query": "https://example.org/v1?t={}&page=2",
    "backticks": "run it with `{}` please",
    "table": "| name | {} |",
    "markup": "<code>{}</code>",
    "json": '{{"value": "{}", "n": 1}}',
    "escaped json": '"{{\\"value\\": \\"{}\\"}}"',
    "escaped newline": "first line\\n{}\\nthird line",
    "url-encoded quotes": "q=%22{}%22",
    "underscore": "prefix_{} and more",
    "unicode escape": "\\u0022{}\\u0022",
    "terminal colour": "\x1b[32m{}\x1b[0m",
    "non-ascii": "ключ：{}。",
}


def fragments(secret: str, length: int = 8) -> set[str]:
    """Every piece of the secret of that length: none of them may be left anywhere."""
    return {secret[start : start + length] for start in range(max(1, len(secret) - length + 1))}


def survivors(secret: str, text: str) -> list[str]:
    """The pieces of the secret that still stand in the text."""
    return sorted(piece for piece in fragments(secret) if piece in text)
