"""Examples of the rules in assignments.toml."""

from __future__ import annotations

from tests.core.redact.expressions import Example

EXAMPLES = (
    Example(
        "env-password",
        finds=(
            "export DB_PASSWORD=⟦{lower:9}⟧",
            "host=db user=bob password=⟦{lower:9}⟧ dbname=x",
            "Server=db;User Id=sa;Pwd=⟦x{alnum:5}!{alnum:6}7⟧;Encrypt=True",
        ),
        stays=("PASSWORD=changeme PWD=/home/bob", "PASSWORD_MIN_LENGTH=12"),
    ),
    Example(
        "env-secret",
        finds=("STRIPE_WEBHOOK_SECRET=⟦{alnum:32}⟧", 'GITHUB_TOKEN_OLD: "⟦{alnum:32}⟧"'),
        stays=("PUBLIC_KEY=abc123def456 TOKEN_LIMIT=16000 CACHE_KEY=user2", "DEPLOY_TOKEN=$TOKEN_2"),
    ),
    Example(
        "assigned-password",
        finds=(
            "Passwort: ⟦siayb-qFLUz-zX|fjX⟧",
            "password: ⟦x{alnum:5}!{alnum:6}7⟧",
            "Passwort für den Server: ⟦x{alnum:5}!{alnum:6}7⟧",
            "Password:\n  ⟦x{alnum:5}!{alnum:6}7⟧",
            "ПАРОЛЬ：⟦x{alnum:5}!{alnum:6}7⟧",
            "user=bob&password=⟦x{alnum:5}!{alnum:6}7⟧&grant=x",
            "dbPassword: |\n    ⟦x{alnum:5}!{alnum:6}7⟧",
            "smtp_pass ?= ⟦x{alnum:5}!{alnum:6}7⟧",
            "<code>password: ⟦x{alnum:5}<{alnum:6}7⟧</code>",
        ),
        stays=("password: required (8 to 64 characters)", "password: [hidden]</td>"),
    ),
    Example(
        "assigned-quoted-password",
        finds=(
            '{"password": "⟦{lower:9}⟧"}',
            '{\\"dbPassword\\": \\"⟦{lower:9}⟧\\"}',
            'password: str = "⟦{lower:9}⟧"',
            'var dbPassword string = "⟦{lower:9}⟧"',
            'char wifi_password[] = "⟦{lower:9}⟧";',
            "password <- '⟦{lower:9}⟧'",
            'string Password { get; set; } = "⟦{lower:9}⟧";',
            'password = SecretStr("⟦{lower:9}⟧")',
            'process.env.DB_PASSWORD ?? "⟦{lower:9}⟧"',
        ),
        stays=('"password": "must be at least 8 characters"', 'password = os.environ.get("DB_PASSWORD")'),
    ),
    Example(
        "paired-quoted-password",
        finds=(
            'setenv("DB_PASSWORD", "⟦x{alnum:5}!{alnum:6}7⟧")',
            'os.getenv("DB_PASSWORD") or "⟦x{alnum:5}!{alnum:6}7⟧"',
            "define( 'DB_PASSWORD', '⟦x{alnum:5}!{alnum:6}7⟧' );",
        ),
        stays=('["username", "password", "email2"]', 'getenv("TOKEN_A", "TOKEN_B2")'),
    ),
    Example(
        "assigned-secret",
        finds=(
            "client secret = ⟦{alnum:32}⟧",
            '"refreshToken":"⟦{alnum:32}⟧"',
            "Api-Key → ⟦{alnum:32}⟧",
            'let encryptionKey: String = "⟦x{alnum:5}!{alnum:6}7⟧"',
            "SECRET_KEY = '⟦{alnum:20}!@#$%^&*(-_=+){alnum:10}⟧'",
            "jwt.secret.key=⟦{alnum:32}⟧",
            'api_key = ["⟦{alnum:32}⟧"]',
        ),
        stays=('next_page_token: "CAUQAA1x9273"', "tokens: 12.5k in / 3k out", "Token: '#d0d0d0'"),
    ),
    Example(
        "password-argument",
        finds=('user.set_password("⟦x{alnum:5}!{alnum:6}7⟧")', 'client.apiKey("⟦{alnum:32}⟧")'),
        stays=('getpass_password("Password: ")', 'getToken("user2")'),
    ),
    Example(
        "auth-tuple",
        finds=(
            'requests.get(url, auth=("bob", "⟦{lower:9}⟧"))',
            'new NetworkCredential("bob", "⟦{lower:9}⟧")',
            'mysqli_connect("localhost", "root", "⟦{lower:9}⟧", "shop")',
        ),
        stays=('auth=("user", "password")', 'auth=("bob", "$PASSWORD")'),
    ),
    Example(
        "sql-password",
        finds=("CREATE USER bob IDENTIFIED BY '⟦{lower:9}⟧';", "ALTER ROLE bob WITH PASSWORD '⟦{lower:9}⟧';"),
        stays=("IDENTIFIED BY 'password'", "ALTER ROLE bob WITH PASSWORD '<password>'"),
    ),
    Example(
        "xml-password",
        finds=(
            "<dbPassword>⟦{lower:9}⟧</dbPassword>",
            '<password encrypted="false">\n    ⟦{lower:9}⟧\n</password>',
            "<api.key><![CDATA[⟦{alnum:32}⟧]]></api.key>",
        ),
        stays=("<password>${DB_PASSWORD}</password>", "<token>xxxxxxxx</token>"),
    ),
    Example(
        "paired-secret",
        finds=(
            '<add key="SmtpPassword" value="⟦x{alnum:5}!{alnum:6}7⟧"/>',
            '{"name": "DB_PASSWORD", "value": "⟦x{alnum:5}!{alnum:6}7⟧"}',
            '{"value": "⟦x{alnum:5}!{alnum:6}7⟧", "name": "DB_PASSWORD"}',
            "- name: SESSION_SECRET\n  value: ⟦x{alnum:5}!{alnum:6}7⟧",
            "<key>password</key>\n    <string>⟦x{alnum:5}!{alnum:6}7⟧</string>",
            'variable "db_password" {\n  default = "⟦x{alnum:5}!{alnum:6}7⟧"\n}',
            '<property name="password">⟦x{alnum:5}!{alnum:6}7⟧</property>',
        ),
        stays=(
            '{"name": "password", "value": "required"}',
            '<input type="password" name="password" autocomplete="current-password2">',
            "- name: DB_PASSWORD\n  value: ${DB_PASSWORD}",
        ),
    ),
    Example(
        "table-password",
        finds=(
            "│ user │ bob │\n│ password │ ⟦x{alnum:5}!{alnum:6}7⟧ │",
            "│ `DB_PASSWORD` │ `⟦x{alnum:5}!{alnum:6}7⟧` │",
        ),
        stays=("│ password │ required │", "│ password │ string │"),
    ),
    Example(
        "directive-password",
        finds=(
            "set db_password ⟦x{alnum:5}!{alnum:6}7⟧",
            '#define WIFI_PASSWORD "⟦x{alnum:5}!{alnum:6}7⟧"',
            "ENV API_SECRET ⟦{alnum:32}⟧",
        ),
        stays=("#define GL_STENCIL_PASS_DEPTH_PASS 0x0B96", "ENV API_SECRET $SECRET_2"),
    ),
    Example(
        "server-directive",
        finds=("requirepass ⟦x{alnum:5}!{alnum:6}7⟧", "bindpw ⟦maple-{lower:6}-48⟧"),
        stays=("requirepass <password>", "the community edition"),
    ),
    Example(
        "pgpass-entry",
        finds=("db.example.org:5432:*:bob:⟦x{alnum:5}!{alnum:6}7⟧", "*:*:shop:bob:⟦maple{digits:4}⟧"),
        stays=("localhost:5432:8080", "a:*:b:c"),
    ),
    Example(
        "jwt-secret",
        finds=("jwt.sign(payload, '⟦{alnum:32}⟧', { expiresIn: '1h' })", 'jwt.encode(data, "⟦{lower:9}⟧")'),
        stays=("jwt.sign(payload, process.env.JWT_SECRET)", 'jwt.encode(payload, key, algorithm="HS256")'),
    ),
    Example(
        "proxy-user",
        finds=("    stats auth admin:⟦x{alnum:5}!{alnum:6}7⟧", "stats auth bob:⟦{lower:9}⟧"),
        stays=("stats auth admin:$PASSWORD", "stats auth is off"),
    ),
    Example(
        "secret-beside-name",
        finds=(
            'api_secret_key ::= "⟦q7r2{hex:40}⟧"',
            "the access token: `⟦{alnum:40}⟧`",
            "pepper => '⟦q7r2{hex:60}⟧'",
            "<session-secret\n   value='⟦q7r2{alnum:40}⟧'/>",
        ),
        stays=(
            "token 3600, {hex:7} and user_access_token_v2_name",
            "public_key = {hex:40}",
            'password_hash = "{hex:64}"',
            "OSSL_DEPRECATEDIN_3_0 EC_KEY *d2i_EC_PUBKEY_fp(FILE *fp,",
            "salsa20-128-set-key.c salsa20-256-set-key.c",
        ),
    ),
)
