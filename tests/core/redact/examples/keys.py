"""Examples of the rules in keys.toml; private key blocks have tests of their own as well."""

from __future__ import annotations

from tests.core.redact.expressions import Example

_DASHES = "-" * 5
_LINE = "{b64:63}A"
_BODY = f"{_LINE}\n{_LINE}\n{_LINE}\n{{b64:30}}"
_WORDS = "apple river stone cloud piano tiger maple ocean candle forest garden mirror"

EXAMPLES = (
    Example(
        "private-key",
        finds=(
            f"⟦{_DASHES}BEGIN PRIVATE KEY{_DASHES}\n{_BODY}\n{_DASHES}END PRIVATE KEY{_DASHES}⟧",
            f"cut: ⟦{_DASHES}BEGIN OPENSSH PRIVATE KEY{_DASHES}\n{_BODY}⟧",
        ),
        stays=(
            f"{_DASHES}BEGIN PRIVATE KEY{_DASHES} and {_DASHES}END PRIVATE KEY{_DASHES} stand around it",
            f"{_DASHES}BEGIN PUBLIC KEY{_DASHES}\n{_BODY}\n{_DASHES}END PUBLIC KEY{_DASHES}",
        ),
    ),
    Example(
        "private-key-tail",
        finds=(f"⟦{_LINE}\n{_LINE}\n{{b64:29}}=\n⟧{_DASHES}END PRIVATE KEY{_DASHES}",),
        stays=(f"the last line is {_DASHES}END PRIVATE KEY{_DASHES}",),
    ),
    Example(
        "ssh2-private-key",
        finds=(
            f'---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----⟦\nComment: "x"\n{_BODY}⟧\n---- END SSH2 ENCRYPTED PRIVATE KEY',
        ),
        stays=(f"---- BEGIN SSH2 PUBLIC KEY ----\n{_BODY}\n---- END SSH2 PUBLIC KEY ----",),
    ),
    Example(
        "putty-private-key",
        finds=(f"Private-Lines: 4\n⟦{_BODY}⟧\nPrivate-MAC: 00",),
        stays=("Private-Lines: 8 is a header",),
    ),
    Example(
        "age-key",
        finds=("AGE-SECR|ET-KEY-1{b32:58}", "AGE-PL|UGIN-YUBIKEY-1{b32:32}"),
        stays=("it starts with age-secret-key- and goes on", "age-plugin-yubikey-1.2"),
    ),
    Example(
        "jwk-private-key",
        finds=(
            '{"kty": "EC", "crv": "P-256", "d": "⟦{alnum:43}⟧"}',
            '{\\"k\\":\\"⟦{alnum:43}⟧\\",\\"kty\\":\\"oct\\"}',
        ),
        stays=('{"kty": "EC", "crv": "P-256", "x": "{alnum:43}", "y": "{alnum:43}"}',),
    ),
    Example(
        "wireguard-key",
        finds=("PrivateKey = ⟦{b64:42}A=⟧", "wg set wg0 private-key <(echo ⟦{b64:42}A=⟧)"),
        stays=("PublicKey = {b64:42}A=", "PrivateKey = <your key>"),
    ),
    Example(
        "signing-secret-key",
        finds=("untrusted comment: minisign encrypted secret key\n⟦{b64:100}⟧",),
        stays=("untrusted comment: minisign public key 1A2B\n{b64:56}",),
    ),
    Example(
        "pkcs12",
        finds=("IOS_P12_CERT: ⟦MII{b64:200}⟧", "keystore = '⟦MII{b64:80}⟧'"),
        stays=("keystore: android/app/release2.jks", "certificate: MII{b64:80}"),
    ),
    Example(
        "wallet-private-key",
        finds=(
            "my wallet private key is ⟦0x{hex:64}⟧.",
            "DEPLOYER_PRIVATE_KEY=⟦{hex:64}⟧",
            "private key (WIF): ⟦K{b58:51}⟧",
        ),
        stays=("transaction 0x{hex:64}", "public key: 0x{hex:64}", "sha256:{hex:64}"),
    ),
    Example(
        "key-bytes",
        finds=(f"keypair: [⟦{', '.join(['{digits:3}'] * 64)}⟧]",),
        stays=("secret_key has 3 parts: [12, 34, 56]",),
    ),
    Example(
        "extended-private-key",
        finds=("xp|rv9{b58:106}", "ns|ec1" + "q9x8gf2tvdw0s3jn54khce6mua7l" * 2 + "qp"),
        stays=("xpub6 and xprv9 begin extended keys", "nsec1 is the prefix of a Nostr key"),
    ),
    Example(
        "seed-phrase",
        finds=(
            f"seed phrase: ⟦{_WORDS}⟧",
            f"my recovery phrase is ⟦{_WORDS}⟧ ok?",
            "seed words:\n⟦" + "\n".join(f"{n}. {word}" for n, word in enumerate(_WORDS.split(), 1)) + "⟧",
            "mnemonic:\n```\n⟦" + _WORDS.replace("tiger ", "tiger\n") + "⟧\n```",
        ),
        stays=(
            "the recovery phrase is twelve words long",
            "write the recovery phrase down on paper and keep it in a safe place where nobody can find it again",
        ),
    ),
)
