"""Examples of the rules in sentences.toml."""

from __future__ import annotations

from tests.core.redact.expressions import Example

EXAMPLES = (
    Example(
        "spoken-password",
        finds=(
            "the password for the router is ⟦x{print:9}7⟧, please change it",
            "mein Passwort ist jetzt ⟦x{alnum:9}7⟧",
            "mon mot de passe est ⟦x{alnum:9}7⟧",
            "I changed my password to ⟦x{alnum:9}7⟧.",
            "the wifi pw's ⟦x{alnum:9}7⟧",
            "hasło do serwera to ⟦x{alnum:9}7⟧",
            "поменял пароль на ⟦x{alnum:9}7⟧",
        ),
        stays=(
            "the password is wrong, it was changed on 2026-01-15",
            "the password was set to bcrypt-hash in step2",
            "your password is too short: 8 characters",
        ),
    ),
    Example(
        "spoken-quoted-password",
        finds=('the passphrase is "⟦{lower:5} {alnum:6}⟧"', "le mot de passe du serveur est « ⟦x{alnum:9}7⟧ »"),
        stays=('the password is "too weak"', 'the password field says "Enter your password"'),
    ),
    Example(
        "spoken-word-password",
        finds=('my password is "⟦{lower:9}⟧"', "the wifi password is '⟦open {lower:6}⟧'"),
        stays=('the password is "required"', 'my password is "not accepted by the server"'),
    ),
    Example(
        "spoken-plain-password",
        finds=("my wifi password is ⟦swordfish⟧.", "the password is ⟦correct-horse-battery-staple⟧"),
        stays=(
            "my password is expired.",
            "the password is wrong",
            "The password is required.",
            "the password is case-sensitive",
        ),
    ),
    Example(
        "spoken-camel-password",
        finds=("the password is ⟦DragonFire⟧", "mein Passwort ist ⟦SonnenBlume⟧."),
        stays=("the password is Wrong!"),
    ),
    Example(
        "spoken-foreign-password",
        finds=(
            "das Passwort ist ⟦sonnenblume⟧",
            "le mot de passe du wifi est ⟦chocolatine⟧.",
            "mi contraseña es ⟦mariposa⟧",
            "мой пароль ⟦подсолнух⟧",
        ),
        stays=(
            "das Passwort ist falsch",
            "le mot de passe est incorrect",
            "la contraseña es incorrecta",
            "мой пароль не подходит",
        ),
    ),
    Example(
        "spoken-passphrase",
        finds=("my passphrase is ⟦correct horse battery staple⟧", "passphrase: ⟦purple monkey dish washer⟧"),
        stays=("the passphrase is stored in the vault", "my password is not what you think"),
    ),
    Example(
        "spoken-secret",
        finds=(
            "the api key for staging is ⟦{alnum:32}⟧",
            "der API-Schlüssel ist ⟦{alnum:32}⟧",
            "the client secret was changed to ⟦{alnum:20}⟧",
        ),
        stays=(
            "the token is valid for 3600 seconds",
            "the cache token is user:42",
            "the api key is read from OPENAI_API_KEY2",
        ),
    ),
    Example(
        "told-secret",
        finds=(
            "token ⟦{alnum:32}⟧ expired",
            "here's my key:\n⟦{alnum:32}⟧",
            "I rotated the key, the new one is ⟦{alnum:32}⟧",
            "密钥是⟦{alnum:32}⟧",
        ),
        stays=(
            "token count 4211, key user_profile_settings_v2",
            "the public key {alnum:32}",
        ),
    ),
    Example(
        "base32-secret",
        finds=("TOTP seed ⟦{b32:4} {b32:4} {b32:4} 7A7A⟧", "2fa secret is ⟦{b32:15}7⟧"),
        stays=("2fa code is missing", "TOTP SECRET SHOULD BE ROTATED"),
    ),
    Example(
        "spoken-pin",
        finds=(
            "my card pin is ⟦{digits:6}⟧",
            "the code to the safe is ⟦4711-0815⟧",
            "Türcode ist ⟦4711#⟧",
            "el código de la puerta es ⟦4711⟧",
        ),
        stays=("my favourite pin is 13", "error code 4711", "the door code changed in 2024", "pin 4711 is ground"),
    ),
    Example(
        "recovery-codes",
        finds=(
            "recovery codes:\n⟦{lownum:5}-{lownum:5}\n{lownum:5}-{lownum:5}⟧",
            "2FA backup codes: ⟦{digits:8} {digits:8}⟧",
        ),
        stays=(
            "recovery codes can be downloaded once",
            "backup codes: 2024-05-01",
            "the backup code is well-known",
        ),
    ),
    Example(
        "security-answer",
        finds=("the security answer is ⟦Fluffy⟧", "my mother's maiden name is ⟦Kowalska⟧"),
        stays=("the security answer is not stored", "security question answers are optional"),
    ),
    Example(
        "cjk-password",
        finds=("密码是⟦x{alnum:9}7⟧。", "パスワードは「⟦x{alnum:9}7⟧」です", "비밀번호: ⟦x{alnum:9}7⟧"),
        stays=("密码错误，请重试 3 次", "パスワードは8文字以上です"),
    ),
    Example(
        "cjk-plain-password",
        finds=("密码是⟦woaini⟧", "パスワードは⟦himawari⟧です"),
        stays=("密码是password", "密码是错误的"),
    ),
    Example(
        "adjacent-password",
        finds=("мой пароль ⟦x{alnum:9}7Z⟧", "the bank password, ⟦x{alnum:4}7{upper:3}⟧, is weak"),
        stays=("the password 2FA and password sha256", "password v2 and passwords_2024"),
    ),
    Example(
        "adjacent-own-password",
        finds=("sudo pw ⟦hunter2⟧", "user bob, password ⟦qwerty99⟧", "my old password ⟦summer{digits:2}⟧"),
        stays=("my password step2 fails", "user bob password 12", "the wifi password version 2"),
    ),
    Example(
        "named-afterwards",
        finds=(
            "⟦x{alnum:9}7⟧ is my password",
            "**⟦hunter2⟧** is the admin password",
            "⟦x{alnum:9}7⟧ — пароль от роутера",
        ),
        stays=("version2 is the token of choice", "user_id2 is the key", "This is my password"),
    ),
    Example(
        "plain-named-afterwards",
        finds=("⟦swordfish⟧ is my password.",),
        stays=("nothing is my password", "Security is our password"),
    ),
    Example(
        "login-pair",
        finds=(
            "credentials: admin / ⟦x{alnum:9}7⟧",
            "log in with bob and ⟦x{alnum:9}7⟧",
            "creds: bob:⟦hunter2⟧",
            "melde dich mit bob und ⟦x{alnum:9}7⟧ an",
        ),
        stays=(
            "the login page /v2/users",
            "log in with Google or GitHub",
            "login fails with error 401/403",
            "credentials: user / password",
        ),
    ),
    Example(
        "plain-login-pair",
        finds=("creds: admin / ⟦swordfish⟧", "credentials are bob:⟦watermelon⟧."),
        stays=("credentials: username / password", "credentials: see docs/setup.md"),
    ),
    Example(
        "user-then-password",
        finds=("root / ⟦x{alnum:9}7⟧", "bob@example.org:⟦x{alnum:9}7⟧"),
        stays=("root:x:0:0:root:/root:/bin/bash", "admin / user roles", "git@github.com:org/repo2.git"),
    ),
    Example(
        "use-secret",
        finds=("please use the password ⟦x{alnum:9}7⟧ there", "verwende das Passwort ⟦x{alnum:9}7⟧"),
        stays=("exited with code 137, use the token counter", "use the password from step-2"),
    ),
    Example(
        "used-as-password",
        finds=(
            "use ⟦hunter2⟧ as the password",
            "when asked for the password, enter ⟦x{alnum:9}7⟧",
            "nimm ⟦x{alnum:9}7⟧ als Passwort",
        ),
        stays=("use argon2id for the password hash", "use user2 as the password owner"),
    ),
    Example(
        "plain-used-as-password",
        finds=("use ⟦swordfish⟧ as the password", "I changed my password to ⟦watermelon⟧."),
        stays=("use bcrypt for the password", "I changed my password to something"),
    ),
    Example(
        "changed-password",
        finds=(
            "My password leaked. I changed it to ⟦x{alnum:9}7⟧",
            "the old password was secret and the new one is ⟦x{alnum:9}7⟧",
        ),
        stays=("the password was changed. It is now stored in the vault", "password changed from v1 to v2"),
    ),
    Example(
        "changed-from",
        finds=("I changed the password from ⟦x{alnum:9}7⟧ to something else",),
        stays=("the password moved from plaintext to bcrypt", "password policy from v1 to v2"),
    ),
    Example(
        "presented-password",
        finds=("Here is the password:\n\n⟦x{alnum:9}7⟧", "the password below:\n```\n⟦x{alnum:9}7⟧\n```"),
        stays=("Enter your password:\n1. open the page", "password: required, 8 characters"),
    ),
    Example(
        "wifi-password",
        finds=("wifi: ⟦x{alnum:9}7⟧", "WLAN-Schlüssel: ⟦hunter2⟧"),
        stays=("wifi: 5GHz band is broken", "wifi is wlan0, WLAN ist langsam"),
    ),
    Example(
        "bracketed-password",
        finds=('its admin password ("⟦{print:12}7⟧") has to go', "the db password (⟦x{alnum:10}4⟧) is old"),
        stays=(
            "the password (optional)",
            "a password (min. 8 characters)",
            "the passwords (see section-4)",
            "password (8-64)",
        ),
    ),
    Example(
        "password-below",
        finds=(
            "here's the db password\n⟦{alnum:11}4⟧\ndon't share it",
            "This is the api token:\n  ⟦{alnum:20}⟧\n",
        ),
        stays=(
            "here is the password\nreset form for step 3",
            "here's the key:\nfoo.bar_2",
            "This is the token\n1. first",
        ),
    ),
)
