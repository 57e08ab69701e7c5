"""Examples of the rules in services.toml."""

from __future__ import annotations

from tests.core.redact.expressions import Example

EXAMPLES = (
    Example(
        "slack-config-token",
        finds=(
            "xo|xe.xo|xp-1-{alnum:160}",
            "xo|xe-1-{alnum:140}",
        ),
        stays=(
            "xoxe.xoxp-1-your-config-token",
            "xoxe-1-...",
        ),
    ),
    Example(
        "slack-bot-token",
        finds=(
            "xo|xb-{digits:12}-{digits:13}-{alnum:24}",
            "xo|xb-{digits:12}-{alnum:24}",
        ),
        stays=(
            "xoxb-your-bot-token-here",
            "xoxb-xxxxxxxxxxxx-xxxxxxxxxxxx",
        ),
    ),
    Example(
        "slack-user-token",
        finds=("xo|xp-{digits:12}-{digits:12}-{digits:12}-{hex:32}",),
        stays=(
            "xoxp-your-user-token-here",
            "xoxp-... and xoxb-...",
        ),
    ),
    Example(
        "slack-app-token",
        finds=("xa|pp-1-A{upnum:10}-{digits:13}-{hex:64}",),
        stays=(
            "xapp-1-your-app-level-token",
            "xapp-example-project-name",
        ),
    ),
    Example(
        "slack-session-token",
        finds=(
            "xo|xc-{digits:12}-{digits:12}-{digits:13}-{hex:64}",
            "xo|xd-{alnum:60}%2B{alnum:40}%3D%3D",
        ),
        stays=(
            "xoxc-your-session-token-here",
            "xoxd-your-session-cookie-here",
        ),
    ),
    Example(
        "slack-legacy-token",
        finds=(
            "xo|xa-2-{digits:12}-{alnum:24}",
            "xo|xr-{digits:12}-{alnum:24}",
            "xo|xs-{digits:10}-{digits:10}-{digits:11}-{hex:10}",
        ),
        stays=(
            "xoxs-your-legacy-token-here",
            "xoxa-2-...",
        ),
    ),
    Example(
        "slack-workflow-token",
        finds=("xw|fp-{digits:11}-{digits:13}-{alnum:24}",),
        stays=(
            "xwfp-your-workflow-token-here",
            "xwfp-...",
        ),
    ),
    Example(
        "slack-webhook",
        finds=(
            "https://hooks.slack|.com/services/⟦T{upnum:8}/B{upnum:10}/{alnum:24}⟧",
            "https://hooks.slack|.com/triggers/⟦T{upnum:8}/{digits:13}/{hex:32}⟧",
        ),
        stays=(
            "https://hooks.slack.com/services/your/webhook/path",
            "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        ),
    ),
    Example(
        "discord-webhook",
        finds=(
            "https://discord|.com/api/webhooks/⟦{digits:19}/{word:68}⟧",
            "https://discordapp|.com/api/v10/webhooks/⟦{digits:18}/{word:68}⟧",
        ),
        stays=(
            "https://discord.com/api/webhooks/your-webhook-id/your-token",
            "https://discord.com/api/v10/channels/{digits:19}/messages",
        ),
    ),
    Example(
        "discord-token",
        finds=(
            "MT|Ay{alnum:20}.G{alnum:5}.{word:38}",
            "N|z{alnum:22}.X{word:5}.{word:27}",
            "mf|a.{word:84}",
        ),
        stays=(
            "Module.getter.of_some_very_long_function_name_here",
            "discord.Client.get_some_very_long_function_name",
        ),
    ),
    Example(
        "telegram-bot-token",
        finds=(
            "{digits:10}:A|A{word:33}",
            "https://api.telegram.org/bot⟦{digits:9}:A|A{word:33}⟧/getMe",
        ),
        stays=(
            "12:AA and 1234567:AAbc",
            "https://api.telegram.org/bot<token>/getMe",
        ),
    ),
    Example(
        "telegram-session",
        finds=(
            "Client(StringSession('⟦1B{word:351}⟧'))",
            "session_string=⟦AQ{word:354}⟧",
        ),
        stays=(
            "from telethon.sessions import StringSession, a telethon class",
            "telethon commit {hex:40}",
        ),
    ),
    Example(
        "matrix-token",
        finds=(
            "sy|t_{alnum:12}_{alnum:20}_{alnum:6}",
            "mc|t_{alnum:30}_{alnum:6}",
            "matrix token ⟦ma|t_{alnum:30}_{alnum:6}⟧",
        ),
        stays=(
            "matrix: mat_rotation_from_quaternion_and_offset_vector_2d",
            "syt_your_access_token",
        ),
    ),
    Example(
        "mattermost-webhook",
        finds=("https://chat.example.org/hooks/⟦{lownum:26}⟧",),
        stays=(
            "https://example.org/hooks/before-every-request-in-this-app",
            "/hooks/usebeforeunloadconfirmations",
        ),
    ),
    Example(
        "rocket-chat-webhook",
        finds=(
            "https://chat.example.org/hooks/⟦{alnum:17}/{alnum:48}⟧",
            "https://chat.example.org/hooks/⟦{hex:24}/{alnum:64}⟧",
        ),
        stays=(
            "https://example.org/hooks/installation/configuration",
            "/hooks/useAuthentication/index.ts",
        ),
    ),
    Example(
        "teams-webhook",
        finds=(
            "https://example.webhook.office|.com/webhookb2/⟦{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}@{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}/IncomingWebhook/{hex:32}/{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}⟧",
        ),
        stays=(
            "https://example.webhook.office.com/webhookb2/...",
            "https://outlook.office.com/webhook/your-webhook-url",
        ),
    ),
    Example(
        "power-automate-url",
        finds=(
            "https://prod-01.westus.logic.azure|.com:443/workflows/{hex:32}/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=⟦{word:43}⟧",
        ),
        stays=(
            "https://prod-01.westus.logic.azure.com:443/workflows/{hex:32}/triggers",
            "https://x.powerplatform.com/invoke?sig=<signature>",
        ),
    ),
    Example(
        "webex-token",
        finds=(
            "{word:64}_PF|84_{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
            "{word:64}_PF|84_consumer",
        ),
        stays=(
            "the suffix is _PF84_ and the org id {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
            "_P0A1_",
        ),
    ),
    Example(
        "webex-webhook",
        finds=("https://webexapis|.com/v1/webhooks/incoming/⟦{word:79}⟧",),
        stays=(
            "https://webexapis.com/v1/webhooks/incoming/...",
            "https://webexapis.com/v1/webhooks",
        ),
    ),
    Example(
        "line-channel-token",
        finds=("{b64:150}4t89/1O/w1c|DnyilFU=",),
        stays=(
            "a LINE token ends in w1cDnyilFU=",
            "LINE_CHANNEL_ACCESS_TOKEN=<your token>",
        ),
    ),
    Example(
        "feishu-webhook",
        finds=("https://open.feishu|.cn/open-apis/bot/v2/hook/⟦{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}⟧",),
        stays=(
            "https://open.feishu.cn/open-apis/bot/v2/hook/your-webhook-token-here",
            "https://open.larksuite.com/document/server-docs/getting-started",
        ),
    ),
    Example(
        "dingtalk-secret",
        finds=(
            "SE|C{hex:64}",
            "https://oapi.dingtalk|.com/robot/send?access_token=⟦{hex:64}⟧",
        ),
        stays=(
            "sec0nds, sector sec{hex:12}",
            "https://oapi.dingtalk.com/robot/send?access_token=<token>",
        ),
    ),
    Example(
        "wecom-webhook",
        finds=(
            "https://qyapi.weixin|.qq.com/cgi-bin/webhook/send?key=⟦{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}⟧",
        ),
        stays=(
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=<key>",
            "https://qyapi.weixin.qq.com/cgi-bin/gettoken",
        ),
    ),
    Example(
        "viber-token",
        finds=("viber bot ⟦{lownum:16}-{lownum:16}-{lownum:16}⟧",),
        stays=(
            "viber: internationalised-communications-infrastructures",
            "viber trace {hex:16}-{hex:16}",
        ),
    ),
    Example(
        "vk-token",
        finds=("vk|1.a.{word:198}",),
        stays=(
            "vk1.a. is how it begins",
            "vk1.api.method.call_of_some_kind",
        ),
    ),
    Example(
        "facebook-token",
        finds=(
            "EA|AC{alnum:180}",
            "EA|AG{alnum:90}ZD|ZD",
        ),
        stays=(
            "EAAC is how one begins, EAAG another",
            "EAAxxxxxxxx",
        ),
    ),
    Example(
        "facebook-app-token",
        finds=("https://graph.facebook.com/debug_token?input_token=⟦{digits:15}%7C{alnum:27}⟧",),
        stays=(
            "https://www.facebook.com/groups/{digits:15}",
            "facebook app {digits:16}",
        ),
    ),
    Example(
        "instagram-token",
        finds=(
            "IG|QV{word:150}",
            "IG|AA{alnum:150}ZD|ZD",
            "TH|QW{word:150}",
        ),
        stays=(
            "IGQV and IGAA are how they begin",
            "THAA",
        ),
    ),
    Example(
        "x-bearer-token",
        finds=("AAAAAAAAAAA|AAAAAAAAAA{alnum:4}AAAAAAA{alnum:12}%2B{alnum:16}%3D{alnum:50}",),
        stays=(
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "data:image/png;base64,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAB",
        ),
    ),
    Example(
        "x-oauth-token",
        finds=(
            "{alnum:70}MTox|OmF0OjE",
            "{alnum:70}MTow|OnJ0OjE",
        ),
        stays=(
            "it ends in OnJ0OjE or OmF0OjE",
            "omfjoje",
        ),
    ),
    Example(
        "x-access-token",
        finds=("tweepy: ⟦{digits:19}-{alnum:40}⟧",),
        stays=(
            "twitter build {digits:12}-{hex:40}",
            "https://x.com/example/status/{digits:19}",
        ),
    ),
    Example(
        "linkedin-token",
        finds=(
            "AQ|X{word:320}",
            "AQ|EDA{word:140}",
            "WPL_A|P1.{alnum:16}.{alnum:6}==",
        ),
        stays=(
            "AQV and AQX are how they begin, WPL_AP1. too",
            "aquarium_of_some_kind_with_many_fish",
        ),
    ),
    Example(
        "tiktok-token",
        finds=(
            "ac|t.{alnum:60}!4521.va",
            "rf|t.{alnum:60}!4582.e1",
        ),
        stays=(
            "act.Fine and clt.close(), contract.Of",
            "rft.example",
        ),
    ),
    Example(
        "twitch-token",
        finds=(
            "oau|th:{lownum:30}",
            "li|ve_{digits:9}_{alnum:30}",
        ),
        stays=(
            "oauth:token, oauth:authorize",
            "live_2024_01_01_recording",
        ),
    ),
    Example(
        "reddit-token",
        finds=("reddit refresh token ⟦{digits:13}-{alnum:30}⟧",),
        stays=(
            "reddit: 20240101-how-do-i-do-this-thing-here",
            "reddit id {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
        ),
    ),
    Example(
        "pinterest-token",
        finds=(
            "pin|a_{upnum:60}",
            "pin|r.{word:90}",
        ),
        stays=(
            "pina_colada_recipe_with_a_long_name_and_more",
            "pinr.example",
        ),
    ),
    Example(
        "spotify-token",
        finds=(
            "spotify: ⟦BQ|D{word:160}⟧",
            "SPOTIFY_REFRESH_TOKEN=⟦AQ|A{word:130}⟧",
        ),
        stays=(
            "spotify playlist, spotify album",
            "spotify: BQD is how one begins",
        ),
    ),
    Example(
        "ntfy-token",
        finds=("t|k_{lownum:29}",),
        stays=(
            "gtk_widget_show_all, tk_root",
            "tk_messageboxfunctionwithlongname",
        ),
    ),
    Example(
        "pushbullet-token",
        finds=("pushbullet ⟦o.{alnum:32}⟧",),
        stays=(
            "pushbullet o.example",
            "pushbullet: demo.internationalisation2",
        ),
    ),
    Example(
        "sendgrid-key",
        finds=("S|G.{word:22}.{word:43}",),
        stays=(
            "SG.your_sendgrid_key_id.your_sendgrid_secret",
            "msg.something_or_other_long.and_another_long_name",
        ),
    ),
    Example(
        "mailgun-key",
        finds=(
            "ke|y-{hex:32}",
            "ke|y-{lownum:32}",
            "mailgun: ⟦{hex:32}-{hex:8}-{hex:8}⟧",
        ),
        stays=(
            "key-value pairs in key-valuestore2",
            "mailgun message {hex:32}",
        ),
    ),
    Example(
        "mailchimp-key",
        finds=(
            "{hex:32}-u|s12",
            "{hex:32}-u|s7",
        ),
        stays=(
            "https://us1.admin.mailchimp.com, region-us12",
            "build-{hex:8}-us1",
        ),
    ),
    Example(
        "mandrill-key",
        finds=(
            "m|d-{alnum:22}",
            "m|d-{word:22}",
        ),
        stays=(
            "md-button-toggle-groups-1",
            "cmd-line-tool-for-reading-md-files-2",
        ),
    ),
    Example(
        "brevo-key",
        finds=(
            "xkey|sib-{hex:64}-{alnum:16}",
            "xsm|tpsib-{hex:64}-{alnum:16}",
        ),
        stays=(
            "xkeysib-your-api-key-goes-here-please",
            "xsmtpsib-...",
        ),
    ),
    Example(
        "resend-key",
        finds=("r|e_{alnum:8}_{alnum:24}",),
        stays=(
            "re_compile_pattern_from_string_2",
            "before_re_validate_somelongidentifiername",
        ),
    ),
    Example(
        "mailersend-key",
        finds=("mls|n.{hex:64}",),
        stays=(
            "mlsn.your_api_key",
            "mlsn.example.org",
        ),
    ),
    Example(
        "smtp2go-key",
        finds=("ap|i-{uphex:32}",),
        stays=(
            "api-documentation, api-{hex:8}",
            "api-deadbeef",
        ),
    ),
    Example(
        "klaviyo-key",
        finds=("p|k_{hex:34}",),
        stays=(
            "pk_live_{alnum:24} is publishable",
            "pk_field, pk_default",
        ),
    ),
    Example(
        "courier-key",
        finds=("pk_pr|od_{upnum:28}",),
        stays=(
            "pk_test_{alnum:24} is publishable",
            "pk_prod_your_token",
        ),
    ),
    Example(
        "kit-key",
        finds=("ki|t_{hex:32}",),
        stays=(
            "kit_your_api_key_here",
            "webkit_backface_visibility",
        ),
    ),
    Example(
        "twilio-key",
        finds=("S|K{hex:32}",),
        stays=(
            "AC{hex:32} is the account",
            "SKU, asked, SK{hex:8}",
        ),
    ),
    Example(
        "twilio-auth-token",
        finds=(
            "curl -u AC{hex:32}:⟦{hex:32}⟧ https://api.twilio.com",
            'twilio.rest.Client("AC{hex:32}", "⟦{hex:32}⟧")',
        ),
        stays=(
            "twilio account AC{hex:32}",
            "twilio.rest.Client(account_sid, auth_token)",
        ),
    ),
    Example(
        "telnyx-key",
        finds=("KE|Y0{uphex:31}_{alnum:22}",),
        stays=(
            "KEY0 and key01 in the keyboard map",
            "KEY0_",
        ),
    ),
    Example(
        "onesignal-key",
        finds=(
            "os_v2|_app_{lownum:103}",
            "os_v2|_org_{lownum:103}",
        ),
        stays=(
            "os_v2_app_your_rest_api_key",
            "os_v2_org_...",
        ),
    ),
    Example(
        "ably-key",
        finds=("ably ⟦{alnum:6}.{alnum:6}:{word:43}⟧",),
        stays=(
            "probably module.method:name",
            "ably: {alnum:6}.{alnum:6}",
        ),
    ),
    Example(
        "infobip-key",
        finds=("infobip: ⟦{hex:32}-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}⟧",),
        stays=(
            "infobip message {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
            "infobip bulk {hex:32}",
        ),
    ),
    Example(
        "intercom-token",
        finds=(
            "dG9|rOj{alnum:76}==",
            "dG9|rOm{alnum:76}=",
        ),
        stays=(
            "dG9rO is how it begins",
            "dG9rOg==",
        ),
    ),
    Example(
        "zendesk-token",
        finds=("curl -u bob@example.org/token:⟦{alnum:40}⟧ https://example.zendesk.com",),
        stays=(
            "curl -u {email}/token:{api_token} https://example.zendesk.com",
            "bob@example.org/token:your_api_token",
        ),
    ),
    Example(
        "hubspot-token",
        finds=(
            "pa|t-na1-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
            "pa|t-eu1-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
        ),
        stays=(
            "pat-na1-your-private-app-token",
            "pat-eu1-...",
        ),
    ),
    Example(
        "salesforce-token",
        finds=(
            "00|D{alnum:12}!A|Q{alnum:39}.{alnum:50}",
            "5Ae|p861{alnum:60}.{alnum:18}",
        ),
        stays=(
            "org 00D{alnum:12} and 3MVG9{alnum:40}",
            "5Aep861 is how it begins",
        ),
    ),
    Example(
        "zoho-token",
        finds=("100|0.{hex:32}.{hex:32}",),
        stays=(
            "1000.50 and 1000.{hex:16}",
            "version 1000.1.2",
        ),
    ),
    Example(
        "plain-key",
        finds=("plain|ApiKey_uk__{alnum:26}__{lownum:8}-{lownum:4}-{lownum:4}",),
        stays=(
            "plainApiKey_your_key",
            "plainApiKey_...",
        ),
    ),
    Example(
        "close-key",
        finds=("curl https://api.close.com/api/v1/me/ -u ⟦ap|i_{alnum:22}.{alnum:22}⟧",),
        stays=(
            "close_api: api_configuration.example",
            "api.close.com/api_keys.html",
        ),
    ),
    Example(
        "typeform-token",
        finds=("tf|p_{alnum:44}_{alnum:14}",),
        stays=(
            "tfp_your_personal_access_token_goes_right_here",
            "tfp_...",
        ),
    ),
    Example(
        "calcom-key",
        finds=(
            "ca|l_live_{hex:32}",
            "ca|l_{hex:32}",
        ),
        stays=(
            "cal_live_your_key, local_date",
            "cal_{hex:8}",
        ),
    ),
    Example(
        "paystack-key",
        finds=(
            "sk_li|ve_{hex:40}",
            "sk_te|st_{hex:40}",
        ),
        stays=(
            "pk_live_{hex:40}",
            "sk_live_your_secret_key",
        ),
    ),
    Example(
        "stripe-key",
        finds=(
            "s|k_li|ve_{alnum:99}",
            "s|k_te|st_{alnum:24}",
            "r|k_li|ve_{alnum:24}",
            "s|k_or|g_{alnum:60}",
            "e|k_te|st_{alnum:80}",
        ),
        stays=(
            "pk_live_{alnum:24} is publishable",
            "sk_test_your_key and sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
            "pk_test_{alnum:99}",
        ),
    ),
    Example(
        "stripe-client-secret",
        finds=(
            "p|i_{alnum:24}_sec|ret_{alnum:25}",
            "set|i_{alnum:24}_sec|ret_{alnum:30}",
        ),
        stays=(
            "pi_{alnum:24} is the payment",
            "pi_client_secret_from_server",
        ),
    ),
    Example(
        "webhook-signing-secret",
        finds=(
            "wh|sec_{alnum:32}",
            "wh|sec_{b64:31}=",
            "wh|sec_{hex:64}",
        ),
        stays=(
            "whsec_your_webhook_signing_secret",
            "whsec_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ),
    ),
    Example(
        "fillout-key",
        finds=("sk_pr|od_{alnum:80}_{digits:5}",),
        stays=(
            "sk_prod_your_secret_key_here",
            "sk_prod_environment_variable",
        ),
    ),
    Example(
        "square-token",
        finds=(
            "sq|0atp-{alnum:22}",
            "sq|0csp-{alnum:43}",
            "EA|AA{alnum:60}",
        ),
        stays=(
            "sq0idp-{alnum:22} is the application",
            "sq0atp-your-access-token-here",
        ),
    ),
    Example(
        "braintree-token",
        finds=(
            "access_|token$production${lownum:16}${hex:32}",
            "A21|AA{word:92}",
        ),
        stays=(
            "access_token$production$...",
            "sandbox_{lownum:8}_{lownum:16} is for browsers",
        ),
    ),
    Example(
        "adyen-key",
        finds=(
            "AQ|E{b64:105}==-{b64:43}=-{alnum:16}",
            "AQ|E{b64:105}==-{b64:43}=-3{alnum:4}^Z{alnum:5}.9Q",
        ),
        stays=(
            "AQE is how one begins",
            "AQEyhmfx-your-key",
        ),
    ),
    Example(
        "plaid-token",
        finds=(
            "acc|ess-production-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
            "proce|ssor-sandbox-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
        ),
        stays=(
            "access-sandbox-your-access-token",
            "link-sandbox-environment {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
        ),
    ),
    Example(
        "paddle-key",
        finds=(
            "pd|l_live_apikey_{lownum:26}_{alnum:22}_{alnum:3}",
            "pd|l_ntfset_{lownum:26}_{b64:32}",
        ),
        stays=(
            "pdl_live_apikey_your_api_key_goes_here_please",
            "pdl_ntfset_...",
        ),
    ),
    Example(
        "razorpay-secret",
        finds=(
            "curl -u rz|p_live_{alnum:14}:⟦{alnum:24}⟧",
            "razorpay.Client(auth=('rz|p_test_{alnum:14}', '⟦{alnum:24}⟧'))",
        ),
        stays=(
            "rzp_live_{alnum:14} is used in browsers",
            "curl -u rzp_test_{alnum:14}:$SECRET",
        ),
    ),
    Example(
        "flutterwave-key",
        finds=(
            "FLW|SECK-{hex:32}-{lownum:11}-X",
            "FLW|SECK_TEST-{hex:32}-X",
            "FLW|SECK_TEST{hex:12}",
        ),
        stays=(
            "FLWPUBK-{hex:32}-X is public",
            "FLWSECK_TEST-your-key",
        ),
    ),
    Example(
        "checkout-key",
        finds=(
            "s|k_{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
            "s|k_sbox_{lower:8}23{lower:8}47{lower:6}q",
        ),
        stays=(
            "pk_{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
            "mask_for_task_2, sk_sbox_your_key",
        ),
    ),
    Example(
        "mollie-key",
        finds=(
            "li|ve_{alnum:30}",
            "mollie ⟦te|st_{alnum:30}⟧",
            "mollie ⟦acc|ess_{alnum:40}⟧",
        ),
        stays=(
            "live_internationalisationconfiguration",
            "mollie: test_findsThePaymentThatIsGone",
            "pk_live_{alnum:32}, cs_live_{alnum:30}",
        ),
    ),
    Example(
        "gocardless-token",
        finds=(
            "li|ve_{word:40}",
            "gocardless ⟦sand|box_{word:40}⟧",
        ),
        stays=(
            "live_stream_of_the_city_council_meeting_in_may_2",
            "gocardless sandbox_environment, pk_live_{alnum:40}",
        ),
    ),
    Example(
        "lob-key",
        finds=(
            "li|ve_{hex:35}",
            "lob_api_key ⟦te|st_{hex:35}⟧",
        ),
        stays=(
            "live_pub_{hex:31} is publishable",
            "pk_live_{hex:35} is another's",
        ),
    ),
    Example(
        "revolut-token",
        finds=(
            "oa_pr|od_{word:43}",
            "oa_sa|nd_{word:43}",
        ),
        stays=(
            "oa_prod_your_access_token_goes_right_here",
            "oa_sand_...",
        ),
    ),
    Example(
        "sumup-key",
        finds=("sup_|sk_{alnum:32}",),
        stays=(
            "sup_pk_{alnum:32} is public",
            "sup_sk_your_key",
        ),
    ),
    Example(
        "mercado-pago-token",
        finds=(
            "APP_|USR-{digits:16}-{digits:6}-{hex:32}-{digits:9}",
            "TE|ST-{digits:16}-{digits:6}-{hex:32}-{digits:9}",
        ),
        stays=(
            "APP_USR-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12} is public",
            "TEST-20240101-120000",
        ),
    ),
    Example(
        "midtrans-key",
        finds=(
            "Mid-|server-{alnum:24}",
            "SB-Mid-|server-{word:24}",
        ),
        stays=(
            "Mid-client-{alnum:16} is public",
            "Mid-server-your-server-key-here",
        ),
    ),
    Example(
        "xendit-key",
        finds=(
            "xnd_|production_{alnum:60}",
            "xnd_|development_{alnum:60}",
        ),
        stays=(
            "xnd_public_development_{alnum:40}",
            "xnd_development_your_key",
        ),
    ),
    Example(
        "omise-key",
        finds=(
            "ske|y_test_{lownum:19}",
            "ske|y_{lownum:19}",
        ),
        stays=(
            "pkey_test_{lownum:19} is public",
            "skey_internationalisation, skey_test_your_key",
        ),
    ),
    Example(
        "cashfree-key",
        finds=("cfs|k_ma_prod_{hex:32}_{hex:8}",),
        stays=(
            "cfsk_ma_test_your_secret",
            "cfsk_ma_prod_...",
        ),
    ),
    Example(
        "rapyd-key",
        finds=("rs|k_{hex:160}",),
        stays=(
            "rak_default, RSK_TYPE",
            "rsk_default",
        ),
    ),
    Example(
        "klarna-key",
        finds=(
            "klarna_li|ve_api_{b64:60}",
            "klarna_te|st_api_{word:60}",
        ),
        stays=(
            "klarna_test_client_{alnum:40} is public",
            "klarna_test_api_your_key",
        ),
    ),
    Example(
        "polar-token",
        finds=(
            "polar_|oat_{alnum:43}",
            "polar_|pat_{alnum:43}",
            "polar_|at_u_{alnum:43}",
        ),
        stays=(
            "polar_coordinates_of_the_second_point",
            "polar_oat_your_token",
        ),
    ),
    Example(
        "brex-token",
        finds=("bx|t_{alnum:40}",),
        stays=(
            "bxt_your_user_token_here",
            "bxt_...",
        ),
    ),
    Example(
        "ramp-secret",
        finds=(
            "ramp_|sec_{alnum:48}",
            "ramp_business_|tok_{alnum:48}",
        ),
        stays=(
            "ramp_sec_your_secret, ramp_up_time",
            "ramp_id_{alnum:32}",
        ),
    ),
    Example(
        "circle-key",
        finds=(
            "TEST_A|PI_KEY:{hex:32}:{hex:32}",
            "LIVE_A|PI_KEY:{hex:32}:{hex:32}",
        ),
        stays=(
            "TEST_API_KEY: <your key>",
            "LIVE_API_KEY:your_key",
        ),
    ),
    Example(
        "akahu-token",
        finds=(
            "user_|token_{lownum:25}",
            "app_|token_{lownum:25}",
        ),
        stays=(
            "user_token_expirationdateinthefutur",
            "app_token_from_settings_file_2",
        ),
    ),
    Example(
        "up-bank-token",
        finds=("up:|yeah:{alnum:128}",),
        stays=(
            "up:yeah:your_token",
            "up:demo: off",
        ),
    ),
    Example(
        "shippo-token",
        finds=(
            "ship|po_live_{hex:40}",
            "ship|po_test_{hex:40}",
        ),
        stays=(
            "shippo_test_your_token",
            "shippo_live_...",
        ),
    ),
    Example(
        "easypost-key",
        finds=(
            "EZ|AK{alnum:54}",
            "EZ|TK{alnum:54}",
        ),
        stays=(
            "EZTK and EZAK are how they begin",
            "EZTKxxxxxxxx",
        ),
    ),
    Example(
        "duffel-token",
        finds=(
            "duff|el_live_{word:43}",
            "duff|el_test_{word:43}",
        ),
        stays=(
            "duffel_test_your_access_token_goes_right_here",
            "duffel_live_...",
        ),
    ),
    Example(
        "aftership-key",
        finds=("asa|t_{hex:32}",),
        stays=(
            "asat_your_key",
            "asat_{hex:8}",
        ),
    ),
    Example(
        "shopify-token",
        finds=(
            "sh|pat_{hex:32}",
            "sh|pss_{hex:32}",
            "sh|ptka_{hex:32}",
            "prt|api_{hex:32}",
        ),
        stays=(
            "shpat_your_access_token_here",
            "shpat_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ),
    ),
    Example(
        "woocommerce-key",
        finds=(
            "c|s_{hex:40}",
            "c|k_{hex:40}",
        ),
        stays=(
            "cs_test_{alnum:58} is a checkout session",
            "docs_{hex:40}, back_end",
        ),
    ),
    Example(
        "ebay-token",
        finds=(
            "v^|1.1#i^1#p^3#f^0#r^0#I^3#t^{b64:120}",
            "PR|D-{hex:12}-{hex:4}-{hex:4}-{hex:4}-{hex:4}",
        ),
        stays=(
            "v^1.1#i^1 is how it begins",
            "PRD-{hex:9}-{hex:8}",
        ),
    ),
    Example(
        "wix-key",
        finds=("IS|T.ey|J{word:40}.ey|J{word:200}.{word:200}",),
        stays=(
            "list.eyJ is not one",
            "IST.eyJ...",
        ),
    ),
    Example(
        "ecwid-token",
        finds=("ecwid ⟦sec|ret_{alnum:32}⟧",),
        stays=(
            "ecwid public_{alnum:32}",
            "ecwid secret_token_from_settings",
        ),
    ),
    Example(
        "sk-secret-key",
        finds=(
            "s|k_{alnum:29}",
            "s|k_{hex:32}",
        ),
        stays=(
            "sk_internationalisationconfiguration",
            "task_{hex:32}",
        ),
    ),
    Example(
        "persona-key",
        finds=("perso|na_production_{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",),
        stays=(
            "persona_sandbox_your_key",
            "persona_production_...",
        ),
    ),
    Example(
        "onfido-token",
        finds=(
            "api_|live.{alnum:11}.{word:32}",
            "api_|sandbox_us.{alnum:11}.{word:32}",
        ),
        stays=(
            "api_live.example.org",
            "api_sandbox_environment.settings_file.value_of_some_long_name_here",
        ),
    ),
    Example(
        "sumsub-token",
        finds=(
            "sb|x:{alnum:24}.{alnum:32}",
            "pr|d:{alnum:24}.{alnum:32}",
        ),
        stays=(
            "prd:service.namespace",
            "sbx:your_token",
        ),
    ),
    Example(
        "hcaptcha-secret",
        finds=("E|S_{hex:32}",),
        stays=(
            "hcaptcha site {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
            "files_{hex:32}",
        ),
    ),
    Example(
        "alchemy-key",
        finds=(
            "alc|ht_{alnum:30}",
            "https://eth-mainnet.g.alchemy|.com/v2/⟦{word:32}⟧",
        ),
        stays=(
            "https://eth-mainnet.g.alchemy.com/v2/your-alchemy-api-key-here",
            "alcht_your_token",
        ),
    ),
    Example(
        "infura-key",
        finds=(
            "https://mainnet.infura|.io/v3/⟦{hex:32}⟧",
            "wss://mainnet.infura|.io/ws/v3/⟦{hex:32}⟧",
        ),
        stays=(
            "https://mainnet.infura.io/v3/YOUR-PROJECT-ID",
            "https://docs.infura.io/api",
        ),
    ),
    Example(
        "quicknode-key",
        finds=("https://still-dark-sea.solana-mainnet.quiknode|.pro/⟦{hex:40}⟧/",),
        stays=(
            "https://example.quiknode.pro/<token>/",
            "quiknode.pro/docs",
        ),
    ),
    Example(
        "ankr-key",
        finds=("https://rpc.ankr|.com/eth/⟦{hex:64}⟧",),
        stays=(
            "https://rpc.ankr.com/eth",
            "https://rpc.ankr.com/polygon/your-key",
        ),
    ),
    Example(
        "coingecko-key",
        finds=("C|G-{alnum:24}",),
        stays=(
            "ECG-monitoring, CG-generated",
            "CG-internationalisationwords",
        ),
    ),
    Example(
        "blockfrost-key",
        finds=(
            "main|net{alnum:32}",
            "pre|prod{alnum:32}",
        ),
        stays=(
            "previewOfTheConfigurationOfTheApplication",
            "mainnet{hex:8} and testnet",
        ),
    ),
    Example(
        "covalent-key",
        finds=("cq|t_rQ{alnum:26}",),
        stays=(
            "cqt_your_api_key",
            "cqt_...",
        ),
    ),
    Example(
        "dropbox-token",
        finds=(
            "s|l.{word:136}",
            "s|l.u.{word:300}",
        ),
        stays=(
            "sl.example.org and ssl.SSLContext",
            "sl.u. is how it begins",
        ),
    ),
    Example(
        "mapbox-token",
        finds=("s|k.ey|J1Ijoi{alnum:60}.{word:22}",),
        stays=(
            "pk.eyJ1Ijoi{alnum:60}.{word:22} is public",
            "sk.eyJ...",
        ),
    ),
    Example(
        "radar-key",
        finds=(
            "prj_|live_sk_{hex:40}",
            "prj_|test_sk_{hex:40}",
        ),
        stays=(
            "prj_live_pk_{hex:40} is public",
            "prj_test_sk_your_key",
        ),
    ),
    Example(
        "foursquare-key",
        finds=(
            "fs|q3{alnum:44}",
            "fs|q3{b64:43}=",
        ),
        stays=(
            "fsq3 is how it begins",
            "fsq3_your_key",
        ),
    ),
    Example(
        "locationiq-token",
        finds=("p|k.{hex:32}",),
        stays=(
            "apk.{hex:8}, pk.eyJ1",
            "pk.default",
        ),
    ),
    Example(
        "maxmind-key",
        finds=("{alnum:6}_{alnum:29}_m|mk",),
        stays=(
            "licence ends in _mmk",
            "your_maxmind_key_mmk",
        ),
    ),
    Example(
        "cloudinary-url",
        finds=("CLOUDINARY_URL=cloudinary|://{digits:15}:⟦{word:27}⟧@example",),
        stays=(
            "cloudinary://API_KEY:API_SECRET@CLOUD_NAME",
            "cloudinary://{digits:15}:<secret>@example",
        ),
    ),
    Example(
        "bunny-key",
        finds=(
            "bunny ⟦{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:20}-{hex:4}-{hex:4}-{hex:4}-{hex:12}⟧",
            "bunnycdn storage ⟦{hex:8}-{hex:4}-{hex:4}-{hex:12}-{hex:4}-{hex:4}⟧",
        ),
        stays=(
            "bunny video {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
            "bunny zone {hex:8}",
        ),
    ),
    Example(
        "uber-token",
        finds=(
            "JA|.VUNmGAAA{alnum:120}",
            "KA|.eyJ2ZXJzaW9u{alnum:120}",
        ),
        stays=(
            "JA.VUNmGAAA is how it begins",
            "KA.eyJ2ZXJzaW9u",
        ),
    ),
    Example(
        "zapier-webhook",
        finds=("https://hooks.zapier|.com/hooks/catch/⟦{digits:8}/{lownum:7}⟧/",),
        stays=(
            "https://hooks.zapier.com/hooks/catch/your/hook",
            "https://hooks.zapier.com/docs",
        ),
    ),
    Example(
        "make-webhook",
        finds=("https://hook.eu1.make|.com/⟦{lownum:32}⟧",),
        stays=(
            "https://hook.eu1.make.com/your-webhook",
            "https://www.make.com/en/help",
        ),
    ),
    Example(
        "ifttt-url",
        finds=(
            "https://maker.ifttt|.com/trigger/door_open/with/key/⟦{word:43}⟧",
            "https://maker.ifttt|.com/use/⟦{word:22}⟧",
        ),
        stays=(
            "https://maker.ifttt.com/trigger/{event}/with/key/{key}",
            "https://maker.ifttt.com/trigger/open/with/key/your_key_goes_here_please",
        ),
    ),
    Example(
        "pipedream-url",
        finds=("https://⟦eo{lownum:13}⟧.m.pipedream|.net/",),
        stays=(
            "https://<id>.m.pipedream.net",
            "https://example.m.pipedream.net",
        ),
    ),
    Example(
        "n8n-key",
        finds=("n8|n_api_{hex:160}",),
        stays=(
            "n8n_api_your_key_here",
            "n8n_api_url",
        ),
    ),
    Example(
        "harvest-token",
        finds=("{digits:7}.p|t.{word:86}",),
        stays=(
            "1234.pt.example",
            "dp.pt.value",
        ),
    ),
    Example(
        "evernote-token",
        finds=("S=s|1:U={hex:5}:E={hex:11}:C={hex:11}:P=1cd:A=en-devtoken:V=2:H={hex:32}",),
        stays=(
            "S=s1:U=... and so on",
            "w:h=16:9",
        ),
    ),
    Example(
        "roam-token",
        finds=(
            "roam-|graph-token-{word:36}",
            "roam-|graph-local-token-{word:36}",
        ),
        stays=(
            "roam-graph-token-goes-here-please-and-now",
            "roam-graph-viewer",
        ),
    ),
    Example(
        "wordpress-application-password",
        finds=("wordpress: bob ⟦{alnum:4} aB3{alnum:1} {alnum:4} {alnum:4} {alnum:4} {alnum:4}⟧",),
        stays=(
            "wordpress also says that this will work soon",
            "wordpress: 1234 5678 9012 3456 7890 1234",
        ),
    ),
    Example(
        "adobe-secret",
        finds=(
            "p8|e-{word:32}",
            "s8|e-{word:32}",
        ),
        stays=(
            "p8e-your-client-secret-goes-here",
            "s8e-...",
        ),
    ),
    Example(
        "frameio-token",
        finds=("fi|o-u-{word:64}",),
        stays=(
            "fio-u-your-developer-token",
            "portfolio-fio-u-",
        ),
    ),
    Example(
        "quickbooks-token",
        finds=("AB|11{alnum:46}",),
        stays=(
            "AB11 is how it begins",
            "ab11{hex:36}",
        ),
    ),
    Example(
        "databento-key",
        finds=("d|b-{alnum:29}",),
        stays=(
            "db-migration-tool-for-postgres-2",
            "mongodb-internationalisationsettings2",
        ),
    ),
    Example(
        "dub-key",
        finds=("du|b_{alnum:24}",),
        stays=(
            "dub_your_api_key",
            "dub_internationalisationtracks",
        ),
    ),
    Example(
        "adafruit-key",
        finds=("ai|o_{alnum:28}",),
        stays=(
            "aio_pika_connection, aio_key",
            "aio_internationalisationsettings",
        ),
    ),
    Example(
        "ubidots-token",
        finds=(
            "BB|FF-{alnum:30}",
            "BB|US-{alnum:30}",
        ),
        stays=(
            "BBFF-your-token",
            "BBUS-...",
        ),
    ),
    Example(
        "things-network-key",
        finds=("NNS|XS.{b32:39}.{b32:52}",),
        stays=(
            "NNSXS.your.key",
            "NNSXS. is how it begins",
        ),
    ),
    Example(
        "samsara-token",
        finds=("samsa|ra_api_{alnum:30}",),
        stays=(
            "samsara_api_your_token",
            "samsara_api_client",
        ),
    ),
    Example(
        "riot-key",
        finds=("RG|API-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",),
        stays=(
            "RGAPI-your-key",
            "RGAPI-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        ),
    ),
    Example(
        "roblox-cookie",
        finds=(
            ".ROBLOSECURITY=_%7CWARNING:-DO-NOT-|SHARE-THIS.--Sharing-this-will-allow-someone-to-log-in-as-you.%7C_⟦{uphex:300}⟧",
        ),
        stays=(
            "WARNING:-DO-NOT-SHARE-THIS.",
            "do-not-share-this file",
        ),
    ),
    Example(
        "modrinth-token",
        finds=(
            "mr|p_{alnum:60}",
            "mr|a_{alnum:60}",
        ),
        stays=(
            "mrp_your_token",
            "camra_settings",
        ),
    ),
    Example(
        "pterodactyl-key",
        finds=(
            "ptl|a_{alnum:43}",
            "ptl|c_{alnum:43}",
        ),
        stays=(
            "ptla_your_key",
            "ptlc_...",
        ),
    ),
    Example(
        "lichess-token",
        finds=(
            "li|p_{alnum:20}",
            "li|o_{alnum:32}",
        ),
        stays=(
            "clip_internationalisationpath, lip_sync",
            "portfolio_name, lio_listenerregistrationof",
        ),
    ),
    Example(
        "paseto",
        finds=(
            "v2.pub|lic.{word:200}",
            "v4.loc|al.{word:150}.{word:20}",
        ),
        stays=(
            "v1.local.example.org and v2.public.api",
            "v4.local.",
        ),
    ),
    Example(
        "jwt",
        finds=(
            "ey|J{word:33}.ey|J{word:60}.{word:43}",
            "ey|J{word:33}.ey|J{word:60}.",
            "ey|J{word:60}..{word:16}.{word:80}.{word:22}",
        ),
        stays=(
            "eyJhbGci is how one begins",
            "pk.eyJ1Ijoi{alnum:60}.{word:22} is public",
        ),
    ),
    Example(
        "asaas-key",
        finds=(
            "aa|ct_prod_{alnum:120}",
            "aa|ct_{alnum:160}",
        ),
        stays=(
            "aact_prod_your_key",
            "$aact_hmlg_...",
        ),
    ),
    Example(
        "mercury-token",
        finds=(
            "mercu|ry_production_wma_{alnum:44}_yrucrem",
            "mercu|ry_sandbox_rma_{alnum:44}_yrucrem",
        ),
        stays=(
            "mercury_production_environment_configuration_name",
            "mercury_sandbox_url",
        ),
    ),
    Example(
        "creem-key",
        finds=(
            "cre|em_{alnum:22}",
            "cre|em_test_{alnum:22}",
        ),
        stays=(
            "creem_api_key",
            "creem_test_checkout",
        ),
    ),
    Example(
        "whop-key",
        finds=(
            "api|k_{alnum:13}_A{digits:7}_C_{hex:40}",
            "api|k_{alnum:48}",
        ),
        stays=(
            "apik_your_key",
            "apik_...",
        ),
    ),
    Example(
        "fastmail-token",
        finds=("fm|u1-{hex:8}-{hex:32}-0-{hex:32}",),
        stays=(
            "fmu1-your-token",
            "fmu1-deadbeef",
        ),
    ),
    Example(
        "openrouteservice-key",
        finds=("5b3ce35978|51110001cf6248{hex:32}",),
        stays=(
            "5b3ce3597851110001cf6248 is how one begins",
            "5b3ce359785111",
        ),
    ),
    Example(
        "zoho-function-key",
        finds=("10|01.{hex:32}.{hex:32}",),
        stays=(
            "1001.5 and 1002.75",
            "1001.example.org",
        ),
    ),
    Example(
        "jwt-spaced",
        finds=(
            "ey|AidHlwIjogIkpXVCIs{word:40}.ey|A{word:120}.{word:86}",
            "ew|og{word:40}.ew|og{word:80}.{word:43}",
        ),
        stays=(
            "eyA is how one begins",
            "they.always.eyAbbreviate",
        ),
    ),
    Example(
        "telegram-api-hash",
        finds=(
            "TELEGRAM_API_HASH=⟦{hex:32}⟧",
            "the api hash is ⟦{hex:32}⟧",
        ),
        stays=(
            "api_hash = digest(body)",
            "API hash: sha256",
        ),
    ),
    Example(
        "npsso-token",
        finds=(
            '{"npsso":"⟦{alnum:64}⟧"}',
            "npsso=⟦{alnum:64}⟧",
        ),
        stays=(
            "the npsso cookie",
            "npsso=<64 characters>",
        ),
    ),
    Example(
        "product-key",
        finds=(
            "product key: ⟦{upnum:5}-{upnum:5}-{upnum:5}-{upnum:5}-{upnum:5}⟧",
            "my Windows key is ⟦{upnum:5}-{upnum:5}-{upnum:5}-{upnum:5}-{upnum:5}⟧.",
        ),
        stays=(
            "product key: XXXXX-XXXXX-XXXXX-XXXXX-XXXXX",
            "serial number PN-1234",
        ),
    ),
    Example(
        "bitlocker-key",
        finds=(
            "bitlocker: ⟦{digits:6}-{digits:6}-{digits:6}-{digits:6}-{digits:6}-{digits:6}-{digits:6}-{digits:6}⟧",
        ),
        stays=(
            "bitlocker 000000-000000-000000-000000-000000-000000-000000-000000",
            "BitLocker id 123456-654321",
        ),
    ),
    Example(
        "signal-backup-passphrase",
        finds=("signal backup passphrase: ⟦{digits:5} {digits:5} {digits:5} {digits:5} {digits:5} {digits:5}⟧",),
        stays=(
            "signal backup of 12345 messages",
            "backup code 12345",
        ),
    ),
    Example(
        "household-key",
        finds=(
            "sonarr api key ⟦{hex:32}⟧",
            'TRAKT_CLIENT_SECRET: "⟦{hex:64}⟧"',
            "switchbot token ⟦{hex:96}⟧",
        ),
        stays=(
            "the sonarr api key is in the settings",
            "radarr api key: <your api key>",
        ),
    ),
    Example(
        "pushover-key",
        finds=(
            "pushover token: ⟦a{lownum:29}⟧",
            "Pushover user key ⟦u{lownum:29}⟧",
        ),
        stays=(
            "pushover token goes into the settings",
            "pushover sends {hex:40}",
        ),
    ),
    Example(
        "gotify-token",
        finds=(
            "gotify: ⟦A1{alnum:13}⟧",
            "GOTIFY_TOKEN=⟦C2{alnum:13}⟧",
        ),
        stays=(
            "gotify ApplicationList",
            "gotify Client-Settings shows it",
        ),
    ),
    Example(
        "plex-claim",
        finds=("cla|im-{alnum:20}",),
        stays=(
            "claim-processing-system",
            "disclaim-er and claim-xxxxxxxxxxxxxxxxxxxx",
        ),
    ),
    Example(
        "nextcloud-app-password",
        finds=(
            "nextcloud: ⟦{alnum:5}-{alnum:5}-{alnum:5}-{alnum:5}-{alnum:5}⟧",
            "curl -X PROPFIND webdav ⟦{alnum:5}-{alnum:5}-{alnum:5}-{alnum:5}-{alnum:5}⟧",
        ),
        stays=(
            "nextcloud xxxxx-xxxxx-xxxxx-xxxxx-xxxxx",
            "nextcloud stays-quiet-about-other-words",
        ),
    ),
    Example(
        "app-password",
        finds=(
            "app-specific password for icloud is ⟦{lower:4}-{lower:4}-{lower:4}-{lower:4}⟧",
            "bsky: ⟦{lownum:4}-{lownum:4}-{lownum:4}-{lownum:4}⟧",
        ),
        stays=(
            "app-specific password: abcd-efgh-ijkl-mnop",
            "bluesky post make-sure-this-goes",
        ),
    ),
    Example(
        "google-app-password",
        finds=(
            "gmail app password: ⟦{lower:4} {lower:4} {lower:4} {lower:4}⟧",
            "the app password is ⟦{lower:4} {lower:4} {lower:4} {lower:4}⟧",
        ),
        stays=(
            "app password: make sure that your file is there",
            "app password: abcd efgh ijkl mnop",
        ),
    ),
    Example(
        "proxmox-token-secret",
        finds=(
            "root@pam!agent=⟦{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}⟧",
            "proxmox token secret ⟦{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}⟧",
        ),
        stays=(
            "proxmox node {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
            "root@pam!agent=<uuid>",
        ),
    ),
    Example(
        "tuya-local-key",
        finds=(
            "tuya local key ⟦{alnum:16}⟧",
            "local_key: ⟦{alnum:15}~⟧",
        ),
        stays=(
            "local_key: str = field()",
            "local_key = get_local_key(x)",
        ),
    ),
    Example(
        "network-key",
        finds=(
            "network_key: [⟦1{digits:1}, 3{digits:1}, 5{digits:1}, 7{digits:1}, 9{digits:1}, 1{digits:1}, 3{digits:1}, 5{digits:1}, 20{digits:1}, 2{digits:1}, 4{digits:1}, 6{digits:1}, 8{digits:1}, 1{digits:1}, 2{digits:1}, 3{digits:1}⟧]",
            "S2_AccessControl: ⟦{uphex:32}⟧",
        ),
        stays=(
            "network_key: GENERATE",
            "network key: none",
        ),
    ),
    Example(
        "homekit-code",
        finds=(
            "homekit code ⟦{digits:3}-{digits:2}-{digits:3}⟧",
            "The setup code is ⟦{digits:3}-{digits:2}-{digits:3}⟧.",
        ),
        stays=(
            "homekit code: 123-45-678",
            "HomeKit in 2025-11-01",
        ),
    ),
    Example(
        "matter-code",
        finds=(
            "matter code ⟦{digits:4}-{digits:3}-{digits:4}⟧",
            "⟦MT:Y.{upnum:17}⟧",
        ),
        stays=(
            "the matter code of conduct",
            "MT: 12",
        ),
    ),
    Example(
        "hue-key",
        finds=(
            "http://192.168.1.5/api/⟦{alnum:40}⟧/lights",
            "/api/⟦{hex:32}⟧/groups/1",
        ),
        stays=(
            "http://192.168.1.5/api/your-hue-user/lights",
            "/api/v2/groups/{hex:32}",
        ),
    ),
    Example(
        "netatmo-token",
        finds=("netatmo: ⟦{hex:24}{pipe}{hex:32}⟧",),
        stays=(
            "netatmo {hex:24} is a device",
            "netatmo {pipe} station",
        ),
    ),
    Example(
        "tesla-owner-token",
        finds=("qt|s-{hex:64}",),
        stays=(
            "qts-theme",
            "qts-deadbeef",
        ),
    ),
    Example(
        "nabu-casa-webhook",
        finds=("https://hooks.nabu.casa/⟦gAAAAAB{word:120}⟧",),
        stays=(
            "https://hooks.nabu.casa/...",
            "https://hooks.nabu.casa/<id>",
        ),
    ),
    Example(
        "wifi-code",
        finds=(
            "WIFI:T:WPA;S:Home;P:⟦{alnum:12}⟧;;",
            "wifi:s:Home;t:wpa;p:⟦{word:20}⟧;h:true;;",
        ),
        stays=(
            "WIFI:T:WPA;S:<name>;P:<password>;;",
            "wifi: on; p: 4",
        ),
    ),
)
