"""Examples of the rules in commands.toml."""

from __future__ import annotations

from tests.core.redact.expressions import Example

EXAMPLES = (
    Example(
        "curl-user",
        finds=(
            "curl -s -u bob:⟦x{print:10}7⟧ https://example.org",
            "curl --proxy-user 'bob:⟦x{alnum:10}7⟧' https://example.org",
            "http -a bob:⟦x{alnum:10}7⟧ https://example.org",
            "curl --cert client.pem:⟦x{alnum:8}7⟧ https://example.org",
        ),
        stays=(
            "curl -u user:$PASS https://example.org",
            "curl -u bob https://example.org:8443/a",
            "curl https://example.org/a:b",
        ),
    ),
    Example(
        "http-client-token",
        finds=("http -A bearer -a ⟦{alnum:32}⟧ example.org", "xh -A=bearer -a '⟦{alnum:24}⟧' example.org"),
        stays=("http -A bearer -a $TOKEN example.org", "https -A bearer -a your-token-here example.org"),
    ),
    Example(
        "curl-cookie",
        finds=(
            "curl -b '⟦session={alnum:32}⟧' https://example.org",
            "curl --cookie ⟦sid={alnum:20}⟧ https://example.org",
        ),
        stays=("curl -b cookies.txt https://example.org", "curl --cookie 'theme=dark' https://example.org"),
    ),
    Example(
        "option-password",
        finds=(
            "restore --db-password ⟦x{print:10}7⟧ --force",
            "restore --password=⟦x{alnum:10}7⟧",
            "keytool -list -storepass ⟦x{alnum:8}7⟧",
        ),
        stays=("use --password required or --password-stdin", "keytool -storepass env:STORE_PASS"),
    ),
    Example(
        "option-secret",
        finds=("deploy --token ⟦{alnum:32}⟧", "az storage blob list --account-key ⟦{alnum:40}⟧"),
        stays=("--token <token> --api-key $KEY", "--token-count 4211 --auth basic"),
    ),
    Example(
        "option-quoted",
        finds=("restore --password '⟦{lower:9}⟧'", 'deploy --api-key="⟦{alnum:20}⟧"'),
        stays=('--password "$PASSWORD"', "--password 'your password'"),
    ),
    Example(
        "option-command",
        finds=(
            "restic -r a --password-command 'echo ⟦x{alnum:9}7⟧' backup",
            'impala-shell --ldap_password_cmd="echo ⟦x{alnum:9}7⟧"',
        ),
        stays=("restic --password-command 'pass show backup'", 'borg --password-command "echo $PASS"'),
    ),
    Example(
        "program-password",
        finds=(
            "sshpass -p ⟦x{alnum:9}7⟧ ssh bob@host",
            "mysql -u root -p⟦x{alnum:9}7⟧ db",
            "mongodump -u bob -p ⟦x{alnum:9}7⟧",
            "unrar x -p⟦x{alnum:9}7⟧ a.rar",
            "podman login -u bob -p '⟦x{alnum:9}7⟧' registry.example.org",
        ),
        stays=(
            "docker run -p 8080:80 image; mysql -u root -p",
            "mkdir -p src/main2 && mysql -p$PASS",
            "docker compose -p project2 login",
        ),
    ),
    Example(
        "program-password-capital",
        finds=(
            "zip -e -P ⟦x{alnum:9}7⟧ a.zip b",
            "sqlcmd -S host -U sa -P ⟦x{alnum:9}7⟧ -Q 'select 1'",
            "ssh-keygen -t ed25519 -N '⟦x{alnum:9}7⟧' -f key",
        ),
        stays=("snmpget -v2c -c public host 1.3.6", "scp -P 2222 a.zip host:"),
    ),
    Example(
        "program-password-other",
        finds=(
            "redis-cli -h cache -a ⟦x{alnum:9}7⟧ ping",
            "ldapsearch -x -D cn=admin,dc=example -w ⟦x{alnum:9}7⟧",
            "openssl rsa -in key.pem -passin pass:⟦x{alnum:9}7⟧",
            "smbclient //host/share -U bob%⟦x{alnum:9}7⟧",
            "az keyvault secret set -n name --value ⟦x{alnum:9}7⟧",
        ),
        stays=("openssl enc -aes-256-cbc -pass env:PASS", "redis-cli -a $REDIS_PASS ping", "openssl rand -hex 32"),
    ),
    Example(
        "windows-option-password",
        finds=(
            "xfreerdp /u:bob /p:⟦x{alnum:9}7⟧ /v:host",
            "cmdkey /add:host /user:bob /pass:⟦x{alnum:9}7⟧",
            "net user bob ⟦x{alnum:9}7⟧ /add",
        ),
        stays=("net user bob /delete", "net use Z: /delete", "xfreerdp /u:bob /p:%PASS% /v:host"),
    ),
    Example(
        "secure-string",
        finds=(
            'ConvertTo-SecureString "⟦x{alnum:9}7⟧" -AsPlainText -Force',
            "ConvertTo-SecureString -String '⟦x{alnum:9}7⟧' -AsPlainText",
        ),
        stays=("ConvertTo-SecureString $Password -AsPlainText -Force", "Read-Host -AsSecureString 'Password'"),
    ),
    Example(
        "piped-password",
        finds=("sudo -S <<< '⟦x{alnum:9}7⟧' ls", "gh secret set API_KEY <<< ⟦{alnum:32}⟧"),
        stays=("sudo -S <<< $PASS ls", "docker login --password-stdin < file"),
    ),
    Example(
        "positional-password",
        finds=(
            "htpasswd -bc /etc/nginx/.htpasswd bob ⟦x{alnum:9}7⟧",
            "wpa_passphrase HomeNet ⟦x{alnum:9}7⟧",
            "nmcli device wifi connect HomeNet password ⟦x{alnum:9}7⟧",
        ),
        stays=("htpasswd -c .htpasswd bob", "nmcli device wifi list", "bw unlock --check"),
    ),
    Example(
        "positional-token",
        finds=(
            "ngrok config add-authtoken ⟦{alnum:40}⟧",
            "aws configure set aws_secret_access_key ⟦{b64:38}+9⟧",
            "npm config set //registry.example.org/:_authToken ⟦{alnum:36}⟧",
            "openclaw config set gateway.auth.token ⟦{alnum:32}⟧",
        ),
        stays=(
            "aws configure set region eu-west-1",
            "npm config set registry https://registry.example.org",
            "vault login",
        ),
    ),
    Example(
        "oracle-login",
        finds=("sqlplus bob/⟦x{alnum:9}7⟧@db", "jdbc:oracle:thin:bob/⟦x{alnum:9}7⟧@host:1521:xe"),
        stays=("sqlplus / as sysdba", "exp lib/python2 and imp a/b"),
    ),
    Example(
        "wifi-psk",
        finds=('psk="⟦x{alnum:9}7⟧"', "wpa_psk=⟦x{hex:62}7⟧"),
        stays=("key_mgmt=WPA-PSK", "psk=your-password-here", "psk: Optional[str]"),
    ),
    Example(
        "vpn-login",
        finds=("<auth-user-pass>\nbob\n⟦x{alnum:9}7⟧\n</auth-user-pass>",),
        stays=("auth-user-pass login.conf", "<auth-user-pass></auth-user-pass>"),
    ),
    Example(
        "expect-send",
        finds=(
            'expect "password:"; send "⟦x{alnum:9}7⟧\\r"',
            'expect "assword:" { send -- "⟦x{alnum:9}7⟧\\r" }',
        ),
        stays=('expect "#"; send "$pass\\r"', "send 12 messages"),
    ),
    Example(
        "redis-auth",
        finds=("AUTH ⟦x{alnum:9}7⟧", "127.0.0.1:6379> AUTH default ⟦x{alnum:9}7⟧\nOK"),
        stays=("AUTH <password>", "auth failed"),
    ),
    Example(
        "stream-key",
        finds=("ffmpeg -i a -f flv rtmp://live.example.org/app/⟦{alnum:24}7⟧",),
        stays=("rtmp://live.example.org/app/stream", "rtmp://live.example.org/app"),
    ),
    Example(
        "netrc-password",
        finds=("machine example.org login bob password ⟦x{print:9}7⟧", "default login bob password ⟦{lower:9}⟧"),
        stays=("machine example.org login bob password <password>", "the machine asks for login and password"),
    ),
    Example(
        "login-script",
        finds=("ftp -n host <<E\nuser bob ⟦x{alnum:9}7⟧\nE", "cvs -d :pserver:bob:⟦x{alnum:9}7⟧@host:/r login"),
        stays=("ftp -n host\nls -l", "cvs -d :pserver:anonymous@host:/r login"),
    ),
)
