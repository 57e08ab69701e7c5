"""Examples of the rules in headers.toml."""

from __future__ import annotations

from tests.core.redact.expressions import Example

EXAMPLES = (
    Example(
        "auth-header",
        finds=(
            "Authorization: Bearer ⟦{alnum:32}⟧",
            'curl -H "X-Api-Key: ⟦{alnum:32}⟧" https://example.org',
            '\\"authorization\\": \\"Basic ⟦{b64:27}=⟧\\"',
            "Authorization: Klaviyo-API-Key ⟦{alnum:32}⟧",
            "Ocp-Apim-Subscription-Key: ⟦{hex:32}⟧",
            "X-Hub-Signature-256: sha256=⟦{hex:64}⟧",
            "proxy_set_header X-Api-Key ⟦{alnum:32}⟧;",
            "Authorization: AWS {b32:16}:⟦{alnum:27}=⟧",
        ),
        stays=(
            "Authorization: Bearer $TOKEN",
            "authorization: none required",
            "X-Api-Key: <your key>",
            "the X-Api-Key header is checked in handler.py",
        ),
    ),
    Example(
        "auth-header-parameter",
        finds=(
            'Authorization: Digest username="bob", realm="x", nonce="abc1", response="⟦{hex:32}⟧"',
            "AWS4-HMAC-SHA256 Credential=x/20240101/a/s3/aws4_request, SignedHeaders=host, Signature=⟦{hex:64}⟧",
        ),
        stays=("the digest response=200 and mac=aa:bb", 'Digest realm="x", response="..."'),
    ),
    Example(
        "oauth-parameter",
        finds=('OAuth oauth_consumer_key="x", oauth_token="⟦{alnum:32}⟧"', 'oauth_signature="⟦{alnum:27}%3D⟧"'),
        stays=('oauth_token="your-token"', "oauth_token=None, oauth_signature_method=x"),
    ),
    Example(
        "named-header",
        finds=(
            '{"name": "Authorization", "value": "Bearer ⟦{alnum:32}⟧"}',
            '{"value": "⟦{alnum:32}⟧", "name": "x-api-key"}',
            '{"key": "token", "value": "⟦{alnum:32}⟧", "type": "string"}',
            "- name: x-api-key\n  value: ⟦{alnum:32}⟧",
        ),
        stays=(
            '{"name": "Content-Type", "value": "application/json; charset=utf-8"}',
            '{"name": "x-api-key", "value": "{{api_key_2}}"}',
        ),
    ),
    Example(
        "bearer-token",
        finds=(
            "send it as bearer ⟦{alnum:32}⟧",
            '"bearer": "⟦{alnum:32}⟧"',
            'client.bearer_auth("⟦{alnum:32}⟧")',
        ),
        stays=("the bearer authentication-scheme-of-choice", "Bearer eyJhbG…x9Qw", "the bearer of bad news2"),
    ),
    Example(
        "basic-credentials",
        finds=("it wants Basic ⟦{alnum:27}9=⟧ there",),
        stays=("basic understandingof things", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "basic version2 of it"),
    ),
    Example(
        "cookie",
        finds=("Cookie: ⟦session={alnum:32}⟧", "Set-Cookie: ⟦sid={alnum:32}; Path=/⟧"),
        stays=("cookie: consent=accepted", "Set-Cookie: theme=dark; Path=/; Max-Age=31536000"),
    ),
    Example(
        "session-cookie",
        finds=(
            "PHPSESSID=⟦{alnum:26}⟧",
            'cookies={"sessionid": "⟦{alnum:32}⟧"}',
            "connect.sid=⟦s%3A{alnum:32}⟧",
            "set_cookie('JSESSIONID', '⟦{alnum:32}⟧')",
        ),
        stays=("sessionid=your_session_id", "session = requests.Session1()", "session=2024-05-01-morning"),
    ),
    Example(
        "registry-auth",
        finds=(
            '{"auths": {"registry.example.org": {"auth": "⟦{alnum:27}=⟧"}}}',
            "//registry.example.org/:_authToken=⟦{alnum:36}⟧",
        ),
        stays=('"auth": "required", _auth = token', "//registry.example.org/:_authToken=${NPM_TOKEN}"),
    ),
)
