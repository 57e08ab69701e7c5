"""Examples of the rules in named.toml."""

from __future__ import annotations

from tests.core.redact.expressions import Example

EXAMPLES = (
    Example(
        "named-service-key",
        finds=(
            'datadog_api_key = "⟦{hex:40}⟧"',
            'finnhubToken := "⟦{lownum:20}⟧"',
            "<okta.token>⟦{alnum:42}⟧</okta.token>",
            "<algoliaKey>\n  ⟦{hex:32}⟧\n</algoliaKey>",
            '{"mailgunKey": "⟦{hex:32}⟧"}',
            "the zendesk secret is ⟦{alnum:40}⟧.",
            "[mapbox]\nkey = ⟦{hex:32}⟧",
            'params["dropboxToken"] = "⟦{lownum:24}⟧"',
            "SNYK_TOKEN: ⟦{hex:8}-{hex:4}-4{hex:3}-{hex:4}-{hex:12}⟧",
            "│ Pingdom API key │ `⟦{alnum:32}⟧` │",
        ),
        stays=(
            "SNYK_ORG_ID={hex:8}-{hex:4}-4{hex:3}-{hex:4}-{hex:12}",
            'datadog_api_key = "your-datadog-api-key-2024"',
            "datadog_api_key = var.datadog_api_key_v2",
            "the okta token expires in 3600 seconds",
            "DATADOG_API_URL=https://api.example.org/v1/0123",
            "algolia_public_key = {hex:32}",
        ),
    ),
    Example(
        "named-host-key",
        finds=(
            'const githubToken = "⟦{alnum:40}⟧"',
            "MY_GITLAB_TOKEN=⟦{alnum:40}⟧",
            "mygithub_token: ⟦{alnum:40}⟧",
            'slack_signing_secret <- "⟦{hex:32}⟧"',
        ),
        stays=(
            "github: {hex:40}",
            "GITHUB_SHA={hex:40}",
            "cache-key = github-{hex:40}",
            "google api v3/calendars/primary/events",
            "GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}",
        ),
    ),
    Example(
        "named-word-key",
        finds=(
            "BOX_API_KEY ?= ⟦{alnum:32}⟧",
            "our linear api key: ⟦{alnum:40}⟧",
            "REACT_APP_PLAID_SECRET=⟦{alnum:30}⟧",
        ),
        stays=(
            "here the key is {hex:6}",
            "box_api_key = var.box_api_key_v2",
        ),
    ),
    Example(
        "named-service-value",
        finds=(
            "algolia: ⟦{hex:32}⟧",
            "<datadog>⟦x9k4T7q2{alnum:32}⟧</datadog>",
            'new Mailgun("⟦q7r2m4{hex:32}⟧")',
            "DEEPL=⟦b3c8d1{hex:26}⟧",
        ),
        stays=(
            '"snyk_commit": "{hex:40}"',
            "uses: codecov/codecov-action@{hex:40}",
            "datadog: service-latency-p99-over-500ms",
            "datadog trace_id={hex:32}",
            "sendgrid template d-{hex:32}",
            "buildkite_build = {hex:8}-{hex:4}-4{hex:3}-{hex:4}-{hex:12}",
            "stripe: price_1{alnum:23}",
        ),
    ),
)
