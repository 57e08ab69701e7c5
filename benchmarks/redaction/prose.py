"""Passwords as people write them: wordings of many languages, filled with made-up values.

Written apart from the examples of the rules. Its share says something only as long as no rule is tuned to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from benchmarks.redaction.cases import Case
from tests.core.redact.shapes import ALNUM, draw

WORDINGS = {
    "en": (
        "the password for the router is {}",
        "my wifi password is {} if you need it",
        "password: {}",
        "Password is now {}.",
        "pw {}",
        "pw: {}",
        "use {} as the password",
        "log in as admin / {}",
        "username bob, password {}",
        "user: bob pass: {}",
        "the login is bob with the password {}",
        "I changed the password to {} yesterday",
        "you can sign in with bob and {}, that's the password",
        "creds are bob:{}",
        "credentials: bob / {}",
        "the root password on that box is still {}",
        "sudo password is {}",
        "my bank password, {}, is far too weak",
        "passphrase: {}",
        "the passphrase of my key is {}",
        'its admin password ("{}") has to go',
        "temp password - {}",
        "here's the db password\n{}\ndon't share it",
        'set the password to "{}" please',
        "the secret is {}",
        "the API key is {}",
        "my token is {}, does it work?",
        "the PIN of the door is 4711 and the alarm password {}",
    ),
    "de": (
        "das Passwort für den Router ist {}",
        "Passwort: {}",
        "mein WLAN-Passwort lautet {}",
        "das Kennwort ist jetzt {}",
        "nimm {} als Passwort",
        "Benutzer bob, Passwort {}",
        "Zugangsdaten: bob / {}",
        "ich habe das Passwort auf {} geändert",
        "das Admin-Kennwort heißt {}",
        "Das PW ist {}.",
    ),
    "fr": (
        "le mot de passe est {}",
        "Mot de passe : {}",
        "mon mot de passe wifi est {}",
        "mdp : {}",
        "utilise {} comme mot de passe",
        "le mot de passe du serveur, c'est {}",
    ),
    "es": (
        "la contraseña es {}",
        "Contraseña: {}",
        "mi clave es {}",
        "usuario bob, contraseña {}",
        "usa {} como contraseña",
        "la clave del wifi: {}",
    ),
    "pt": (
        "a senha é {}",
        "Senha: {}",
        "minha senha do wifi é {}",
        "usuário bob, senha {}",
        "a palavra-passe é {}",
    ),
    "it": ("la password è {}", "Password: {}", "la parola d'ordine è {}", "utente bob, password {}"),
    "nl": (
        "het wachtwoord is {}",
        "Wachtwoord: {}",
        "mijn wachtwoord voor de router is {}",
        "gebruik {} als wachtwoord",
    ),
    "pl": ("hasło to {}", "Hasło: {}", "moje hasło do wifi to {}"),
    "cs": ("heslo je {}", "Heslo: {}"),
    "sv": ("lösenordet är {}", "Lösenord: {}"),
    "da": ("adgangskoden er {}", "Adgangskode: {}"),
    "no": ("passordet er {}", "Passord: {}"),
    "fi": ("salasana on {}", "Salasana: {}"),
    "tr": ("şifre: {}", "şifrem {}", "wifi şifresi {}"),
    "ru": ("пароль: {}", "мой пароль {}", "Пароль от роутера — {}", "пароль для входа: {}"),
    "uk": ("пароль: {}", "мій пароль {}"),
    "zh": ("密码是{}", "密码：{}", "我的密码是 {}", "路由器的密碼是{}"),
    "ja": ("パスワードは{}です", "パスワード：{}", "パスワード: {}"),
    "ko": ("비밀번호는 {}입니다", "비밀번호: {}"),
    "vi": ("mật khẩu là {}", "Mật khẩu: {}"),
    "id": ("kata sandinya {}", "kata sandi: {}"),
}

_FOR_OTHERS = str.maketrans("aio", "@10")
_WORDS = (
    "Sonne",
    "Kiesel",
    "Harbour",
    "Maple",
    "Falcon",
    "Ribbon",
    "Copper",
    "Winter",
    "Violet",
    "Meadow",
    "Tango",
    "Basil",
)


def values(rng: Random) -> dict[str, str]:
    """One value of each kind that people think of."""
    first, second, third = rng.sample(_WORDS, 3)
    return {
        "word and year": f"{first}{rng.randint(1970, 2026)}",
        "word, year and mark": f"{first}{rng.randint(1970, 2026)}!",
        "letters for others": f"{first.translate(_FOR_OTHERS)}{rng.randint(10, 99)}#",
        "drawn": draw(rng, ALNUM, 12),
        "drawn with marks": f"{draw(rng, ALNUM, 5)}${draw(rng, ALNUM, 4)}%{draw(rng, ALNUM, 3)}",
        "short": f"{draw(rng, 'abcdefghkmnp', 3)}{rng.randint(100, 999)}",
        "words": f"{first}-{second}-{third}-{rng.randint(2, 99)}".lower(),
        "many digits": f"{rng.randint(10**9, 10**10 - 1)}{first[0].lower()}",
    }


def passwords(seed: int) -> Iterator[Case]:
    """Every wording with every kind of value."""
    rng = Random(f"prose/{seed}")
    for language, wordings in WORDINGS.items():
        for wording in wordings:
            for value in values(rng).values():
                yield Case(text=wording.format(value), secrets=(value,), kind=f"{language}: {wording.format('…')}")
