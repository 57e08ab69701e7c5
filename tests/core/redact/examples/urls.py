"""Examples of the rules in urls.toml."""

from __future__ import annotations

from tests.core.redact.expressions import Example

EXAMPLES = (
    Example(
        "url-password",
        finds=(
            "postgres://bob:⟦x{alnum:12}7⟧@db.example.org:5432/x",
            "redis://:⟦x{alnum:12}7⟧@cache/0",
            "http://bob:⟦x{alnum:9}%21⟧@[::1]:8080/",
            "git+https://bob:⟦x{alnum:12}7⟧@git.example.org/r.git@main",
        ),
        stays=(
            "postgres://user:password@localhost/db and http://localhost:3000/@vite",
            "postgres://bob:${DB_PASS}@db/x",
            "ssh://git@github.com:22/org/repo.git",
        ),
    ),
    Example(
        "url-user-token",
        finds=(
            "https://⟦{hex:40}⟧@git.example.org/repo.git",
            "https://⟦{alnum:32}⟧:x-oauth-basic@git.example.org/repo.git",
        ),
        stays=("https://some-long-user-name-here@example.org/x", "https://bob@git.example.org/repo.git"),
    ),
    Example(
        "url-proxy-user",
        finds=("trojan://⟦x{alnum:12}7⟧@example.org:443", "ss://⟦{alnum:32}⟧@10.0.0.1:8388"),
        stays=("trojan://password@example.org:443", "wss://example.org/socket", "see vmess:// and ss:// links"),
    ),
    Example(
        "url-parameter",
        finds=(
            "https://example.org/v1?access_token=⟦{alnum:32}⟧&page=2",
            "https://x.blob.example.net/c?sv=2024&sig=⟦{alnum:43}%3D⟧",
            "https://example.org/cb#access_token=⟦{alnum:32}⟧&token_type=bearer",
            "https://example.org/k?X-Goog-Signature=⟦{hex:64}⟧",
            "q=cb%3Faccess_token%3D⟦{alnum:32}⟧%26x%3D1",
        ),
        stays=(
            "https://example.org/?token=<your-token>&code=next-page-1",
            "https://example.org/cb?state=xyz&code=4211",
            "https://example.org/?key=value&sort=key",
        ),
    ),
    Example(
        "url-session",
        finds=(
            "https://example.org/?sessionid=⟦{alnum:32}⟧",
            "https://example.org/auth/magic?t=⟦{alnum:32}⟧",
            "otpauth-migration://offline?data=⟦{alnum:60}⟧",
        ),
        stays=("https://example.org/?session=2024-spring&sid=12", "https://example.org/login?next=/home"),
    ),
    Example(
        "url-appid",
        finds=("https://example.org/weather?q=x&appid=⟦{hex:32}⟧",),
        stays=("https://example.org/weather?appid=12345", "https://example.org/?appid=YOUR_APP_ID"),
    ),
    Example(
        "url-path-token",
        finds=(
            "https://example.org/users/reset-password/⟦{alnum:32}⟧",
            "https://example.org/invite/⟦{alnum:24}⟧.",
            "https://hooks.example.org/services/T000/B000/⟦{alnum:24}⟧",
        ),
        stays=(
            "https://example.org/docs/webhooks/events-and-payloads-of-2024",
            "https://example.org/docs/reset-password/how-does-it-work",
            "https://github.com/org/repo/settings/hooks/12345678901234567",
        ),
    ),
    Example(
        "url-calendar",
        finds=("https://calendar.google.com/calendar/ical/bob%40example.org/private-⟦{hex:32}⟧/basic.ics",),
        stays=("https://calendar.google.com/calendar/ical/bob%40example.org/public/basic.ics",),
    ),
)
