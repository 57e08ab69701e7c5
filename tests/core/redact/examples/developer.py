"""Examples of the rules in developer.toml."""

from __future__ import annotations

from tests.core.redact.expressions import Example

_UUID = "{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}"

_HOSTING = (
    Example(
        "github-token",
        finds=("gh|p_{alnum:36}", "gh|o_{alnum:36}", "gh|u_{alnum:36}", "gh|r_{alnum:76}"),
        stays=("ghp_your_token_goes_here", "ghp_{alnum:8}", "gh_token_from_environment_2"),
    ),
    Example(
        "github-installation-token",
        finds=(
            "gh|s_{alnum:36}",
            "gh|s_{digits:7}_ey|J{alnum:33}.ey|J{alnum:220}.{word:180}",
            "gh|s_ey|J{alnum:33}.ey|J{alnum:220}.{word:180}",
        ),
        stays=("ghs_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "ghs_APPID_JWT is the new form"),
    ),
    Example(
        "github-fine-grained-token",
        finds=("github|_pat_{alnum:22}_{alnum:59}",),
        stays=("github_pat_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "github_pat_{alnum:8}"),
    ),
    Example(
        "gitlab-personal-token",
        finds=("gl|pat-{word:20}", "gl|pat-{word:27}.01.{lownum:9}", "SIE-⟦gl|pat-{word:20}⟧"),
        stays=("glpat-your-token-goes-here-please", "glpat-xxxxxxxxxxxxxxxxxxxx"),
    ),
    Example(
        "gitlab-deploy-token", finds=("gl|dt-{word:20}",), stays=("gldt-xxxxxxxxxxxxxxxxxxxx", "gldt-{alnum:6}")
    ),
    Example(
        "gitlab-feed-token",
        finds=("gl|ft-{word:20}", "gl|ft-{hex:64}-{digits:4}"),
        stays=("glft-xxxxxxxxxxxxxxxxxxxx", "glft-{alnum:6}"),
    ),
    Example(
        "gitlab-runner-token",
        finds=("gl|rt-{word:20}", "gl|rt-t1_{word:20}", "gl|rtr-{word:20}", "GR13|48941{word:20}"),
        stays=("a glrt-based-detection-of-weak-signals-in-noise", "GR1348941 begins one", "glrt-{alnum:6}"),
    ),
    Example(
        "gitlab-trigger-token", finds=("gl|ptt-{hex:40}",), stays=("glptt-xxxxxxxxxxxxxxxxxxxx", "glptt-{alnum:6}")
    ),
    Example(
        "gitlab-agent-token",
        finds=("gl|agent-{word:50}",),
        stays=("the glagent-configuration-repository-of-production", "glagent-{alnum:6}"),
    ),
    Example(
        "gitlab-oauth-token", finds=("gl|oas-{hex:64}",), stays=("gloas-xxxxxxxxxxxxxxxxxxxx", "gloas-{alnum:6}")
    ),
    Example(
        "gitlab-job-token",
        finds=("gl|cbt-{hex:2}_{word:20}", "gl|cbt-ey|J{alnum:33}.ey|J{alnum:200}.{word:120}"),
        stays=("glcbt-xxxxxxxxxxxxxxxxxxxx", "glcbt-{alnum:6}"),
    ),
    Example(
        "gitlab-incoming-mail-token",
        finds=("gl|imt-{lownum:25}",),
        stays=("glimt-xxxxxxxxxxxxxxxxxxxx", "glimt-{alnum:6}"),
    ),
    Example(
        "gitlab-feature-flags-token",
        finds=("gl|ffct-{word:20}",),
        stays=("glffct-xxxxxxxxxxxxxxxxxxxx", "glffct-{alnum:6}"),
    ),
    Example(
        "gitlab-scim-token",
        finds=("gl|soat-{word:20}",),
        stays=("glsoat-xxxxxxxxxxxxxxxxxxxx", "glsoat-{alnum:6}"),
    ),
    Example(
        "gitlab-workspace-token", finds=("gl|wt-{word:20}",), stays=("glwt-xxxxxxxxxxxxxxxxxxxx", "glwt-{alnum:6}")
    ),
    Example(
        "gitlab-session",
        finds=("_gitlab_|session=⟦{hex:32}⟧; path=/", '"_gitlab_|session": "⟦{hex:32}⟧"'),
        stays=("the _gitlab_session of {hex:8}", "_gitlab_session=<value>"),
    ),
    Example(
        "bitbucket-app-password",
        finds=("AT|BB{alnum:32}",),
        stays=("ATBB and {alnum:8}", "atbb-{lower:6}-{lower:6}"),
    ),
    Example(
        "bitbucket-access-token",
        finds=("AT|CTT3x|FfGN0{word:170}={uphex:8}",),
        stays=("ATCTT3xFfGN0... and so on", "ATCTT3x"),
    ),
    Example(
        "bitbucket-server-token",
        finds=("BB|DC-{b64:44}",),
        stays=("BBDC-{digits:5} is a ticket", f"a-bbdc-{_UUID}"),
    ),
    Example(
        "atlassian-token",
        finds=("AT|ATT3x|FfGF0{word:180}={uphex:8}",),
        stays=("ATATT3xFfGF0... and so on", "ATATT3x"),
    ),
    Example(
        "gitea-oauth-secret",
        finds=("gt|o_{lownum:52}", "gt|a_{lownum:52}"),
        stays=("gta_{lower:12}", "gto_san_andreas_5_mods"),
    ),
    Example(
        "phabricator-token",
        finds=("phabricator token ⟦ap|i-{lownum:28}⟧", '"arcrc": "⟦cl|i-{lownum:28}⟧"'),
        stays=("phabricator has cli-{lower:28}", "the api-{lownum:28} package"),
    ),
    Example(
        "sourcegraph-token",
        finds=("sg|p_{hex:16}_{hex:40}", "sg|p_local_{hex:40}", "sg|p_{hex:40}", "sg|d_{hex:64}", "sl|k_{hex:64}"),
        stays=("sgp_local_your_token", "sgd_learning_rate_2", "slk_{hex:8}"),
    ),
)

_REGISTRIES = (
    Example(
        "npm-token",
        finds=("np|m_{alnum:36}",),
        stays=("npm_config_registry_of_some_kind_2", "npm_lifecycleeventnameofthescripttorun"),
    ),
    Example(
        "testpypi-token",
        finds=("py|pi-AgEN|dGVzdC5weXBpLm9yZw{word:150}",),
        stays=("pypi-AgENdGVzdC5weXBpLm9yZw begins one",),
    ),
    Example("pypi-token", finds=("py|pi-AgEI|cHlwaS5vcmc{word:150}",), stays=("pypi-AgEIcHlwaS5vcmc begins one",)),
    Example("rubygems-key", finds=("ruby|gems_{hex:48}",), stays=("rubygems_version_3_5_22", "rubygems_{hex:8}")),
    Example(
        "crates-io-token",
        finds=("ci|o{alnum:32}", "ci|o_tp_{alnum:32}"),
        stays=("asyncio{alnum:32}", "cio{lower:32}", "cio{alnum:33}"),
    ),
    Example("nuget-key", finds=("oy|2{lownum:43}",), stays=("oy2{lownum:20}", "oy2{lownum:44}")),
    Example(
        "docker-hub-token",
        finds=("dckr|_pat_{word:27}", "dckr|_oat_{word:32}"),
        stays=("dckr_pat_xxxxxxxxxxxxxxxxxxxx", "dckr_pat_{alnum:6}"),
    ),
    Example(
        "jfrog-reference-token",
        finds=("cmVm|dGtuOjAxOj{alnum:50}",),
        stays=("cmVmdGtu begins one", "{alnum:5}cmVmdGtu{alnum:20}"),
    ),
    Example("jfrog-api-key", finds=("AK|Cp{alnum:69}",), stays=("AKCp{alnum:20}", "the AKCp prefix")),
    Example(
        "clojars-token",
        finds=("CLO|JARS_{hex:60}",),
        stays=("CLOJARS_USERNAME and CLOJARS_PASSWORD", "CLOJARS_{hex:8}"),
    ),
    Example(
        "packagist-token",
        finds=("packagist|_ort_{hex:68}", "packagist|_uut_{hex:68}"),
        stays=("packagist_out_{hex:8}", "packagist_package_name_2"),
    ),
    Example(
        "anaconda-token",
        finds=(
            f"https://conda.anaconda.org/t/⟦an-{_UUID}⟧/some-channel",
            f"anaconda login with ⟦bo-{_UUID}⟧",
        ),
        stays=(f"the plan-{_UUID}", f"anaconda build {_UUID}", "/t/some-topic-in-a-forum/12345"),
    ),
    Example("open-vsx-token", finds=(f"ovs|xat_{_UUID}",), stays=("ovsxat_...", "ovsxat_{alnum:8}")),
    Example(
        "jsr-token",
        finds=("js|rp_{alnum:40}", "js|rd_{alnum:40}"),
        stays=("jsrp_related_content_2", "jsrp_{lower:30}"),
    ),
    Example(
        "clawhub-token", finds=("cl|h_{word:43}",), stays=("clh_scripts_dir_of_the_runtime_2", "clh_{alnum:8}")
    ),
)

_BUILDS = (
    Example(
        "circleci-token",
        finds=("CCI|PAT_{b58:22}_{hex:40}", "CCI|PRJ_{b58:22}_{hex:40}"),
        stays=("CCIPAT_{alnum:8}", "CCIPAT_xxxxxxxxxxxxxxxxxxxxxxxx"),
    ),
    Example(
        "buildkite-token",
        finds=(
            "bk|ua_{hex:40}",
            "bk|ua_MTA.{hex:40}",
            "bk|aa_MTA.{alnum:77}",
            "bk|aj_ey|J{alnum:17}.ey|J{alnum:300}.{word:86}",
            "bk|ct_MTA.{alnum:60}",
        ),
        stays=("bkua_your_token_goes_here_please", "bkct_{alnum:8}", "bkpt_on_line_with_condition_at_some_place"),
    ),
    Example(
        "jenkins-token",
        finds=("curl -X POST jenkins.example.org with ⟦1|1{hex:32}⟧",),
        stays=("jenkins built {hex:40}", "jenkins built 12{hex:32}", "1|1{hex:32} without the name"),
    ),
    Example(
        "teamcity-token",
        finds=("eyJ0eXAi|OiAiVENWMiJ9.{word:36}.{b64:48}",),
        stays=("eyJ0eXAiOiAiVENWMiJ9 begins one", "eyJ0eXAiOiAiVENWMiJ9...."),
    ),
    Example(
        "harness-token",
        finds=("pa|t.{word:22}.{hex:24}.{alnum:20}", "sa|t.{word:22}.{hex:24}.{alnum:20}"),
        stays=("pat.match.{hex:24}", "compat.v2.{hex:12}.min.js"),
    ),
    Example(
        "octopus-deploy-key",
        finds=("octopus login with ⟦AP|I-{upnum:31}⟧",),
        stays=("octopus API-{upper:26}", "API-{upnum:6} in octopus"),
    ),
    Example(
        "trigger-dev-key",
        finds=("tr|_dev_{alnum:20}", "tr|_prod_{alnum:24}", "tr|_pat_{lownum:40}"),
        stays=("tr_dev_environment_name_2", "tr_prod_{lower:20}"),
    ),
    Example(
        "inngest-signing-key",
        finds=("sign|key-prod-{hex:64}", "sign|key-test-{hex:32}"),
        stays=("signkey-prod-your-key", "signkey-branch-{hex:8}"),
    ),
    Example(
        "percy-token",
        finds=("export PERCY=⟦we|b_{hex:64}⟧", "percy exec: ⟦au|to_{hex:64}⟧"),
        stays=("percy has web_{hex:8}", "percy at web_component_for_snapshots_2"),
    ),
    Example(
        "chromatic-token",
        finds=("ch|pt_{hex:15}", "ch|pt_{hex:12}"),
        stays=("chpt_introduction2", "chpt_{lower:12}", "chpt_{hex:4}"),
    ),
    Example(
        "revenuecat-key",
        finds=("revenuecat uses ⟦s|k_{alnum:28}⟧",),
        stays=("revenuecat has disk_{alnum:28}", "revenuecat: sk_{alnum:8}"),
    ),
)

_QUALITY = (
    Example(
        "sonarqube-token",
        finds=("sq|u_{hex:40}", "sq|p_{hex:40}", "sq|a_{hex:40}", "sq|b_{hex:40}"),
        stays=("squ_{hex:8}", "sqp_solver_max_iterations_2"),
    ),
    Example(
        "snyk-token",
        finds=(
            "sny|k_uat.{hex:8}.{word:60}",
            "sny|k_sat.{hex:8}.{word:60}",
            "sny|k_rt_{word:43}_{word:43}_v1",
            "sny|k_cs_{word:43}_v1",
        ),
        stays=("snyk_rt_.+_v1", "snyk_uat.token", "snyk_sat.{alnum:4}"),
    ),
    Example(
        "socket-token",
        finds=("skt|sec_{word:40}_api",),
        stays=("sktsec_your_token_goes_here_please", "sktsec_{alnum:8}"),
    ),
    Example("endor-labs-key", finds=("en|dr+{alnum:16}",), stays=("endr+{alnum:6}", "lendr+borrower")),
    Example(
        "veracode-credential",
        finds=("vera|01ei-{hex:32}", "vera|01es-{hex:128}"),
        stays=("vera01ei-{hex:8}", "vera01es-..."),
    ),
    Example(
        "infracost-key",
        finds=("ic|o-{alnum:32}",),
        stays=("ico-{lower:32}", "favico-{alnum:32}", "ico-{alnum:10}"),
    ),
    Example(
        "stackhawk-key",
        finds=("ha|wk.{alnum:20}.{alnum:20}",),
        stays=("hawk.{lower:20}.{lower:20}", "nighthawk.{alnum:20}.{alnum:20}", "hawk.config.{alnum:8}"),
    ),
    Example(
        "aikido-token",
        finds=("AI|K_CI_{alnum:64}", "AI|K_CI_US_{alnum:64}", "AI|K_RUNTIME_{digits:3}_{digits:4}_{alnum:48}"),
        stays=("AIK_RUNTIME_YOUR_TOKEN_HERE", "AIK_CI_{alnum:8}", "PLAIK_RUNTIME_DIRECTORY_OF_THE_PROJECT_2"),
    ),
)

_MONITORING = (
    Example(
        "sentry-token",
        finds=("sn|trys_ey|J{alnum:90}=_{b64:43}", "sn|tryu_{hex:64}", "sn|trya_{hex:64}", "sn|tryi_{hex:64}"),
        stays=("sntrys_{alnum:8}", "sntryu_xxxxxxxxxxxxxxxxxxxxxxxx"),
    ),
    Example(
        "sentry-dsn",
        finds=(
            "https://{hex:32}:⟦{hex:32}⟧@sentry.example.org/{digits:4}",
            "https://{hex:32}:⟦{hex:32}⟧@o12.ingest.sentry.io/4",
        ),
        stays=("https://sentry.example.org/{hex:32}/{digits:4}", "sentry:9000/{hex:32}"),
    ),
    Example(
        "grafana-service-token",
        finds=("gl|sa_{alnum:32}_{hex:8}",),
        stays=("glsa_your_token_goes_here", "glsa_{alnum:8}"),
    ),
    Example(
        "grafana-cloud-token",
        finds=("gl|c_ey|Jv{alnum:120}==",),
        stays=("glc_context_of_the_window_to_be_drawn_2", "glc_{alnum:8}"),
    ),
    Example(
        "grafana-key",
        finds=("eyJr|Ijoi{alnum:84}", "eyJr|Ijoi{alnum:86}=="),
        stays=("eyJrIjoi begins one", "eyJrIjoi{alnum:8}"),
    ),
    Example(
        "new-relic-key",
        finds=("NR|AK-{upnum:27}", "NR|II-{word:32}", "NR|RA-{hex:42}", "NR|JS-{hex:19}"),
        stays=("NRAK-{alnum:6}", "NRII-insert-key-goes-here", "NRAK-XXXXXXXXXXXXXXXXXXXXXXXXXXX"),
    ),
    Example(
        "new-relic-licence",
        finds=("{hex:32}FFFF|NRAL", "eu01xx{hex:26}FFFF|NRAL", "{hex:36}NR|AL"),
        stays=("{hex:36}NRALX", "the NRAL ending", "{hex:12}FFFFNRAL"),
    ),
    Example(
        "datadog-token",
        finds=("dd|pat_{alnum:40}", "dd|app_{alnum:34}", "dd|sat_{alnum:40}"),
        stays=("ddapp_settings_for_the_tracing_library_2", "ddpat_{alnum:8}"),
    ),
    Example(
        "dynatrace-token",
        finds=("dt|0c01.{b32:24}.{b32:64}", "dt|0s16.{b32:24}.{b32:64}"),
        stays=("dt0c01.{b32:24}", "dt0 = 0.25", "dt0s01.{b32:8}.{b32:8}"),
    ),
    Example(
        "honeycomb-key",
        finds=("hc|aik_{lownum:58}", "hc|xik_{lownum:26}{alnum:32}", "hc|amk_{lownum:26}:{alnum:32}"),
        stays=("hcaik_{lownum:26} is the id of a key", "hcxlk_{lownum:26}"),
    ),
    Example("axiom-token", finds=(f"xa|at-{_UUID}", f"xa|pt-{_UUID}"), stays=(f"maxaat-{_UUID}", f"xabt-{_UUID}")),
    Example(
        "elastic-token",
        finds=("es|su_{b64:80}==", "AAEA|AWVsYXN0aWMv{word:70}"),
        stays=("essu_{alnum:8}", "AAEAAWVsYXN0aWM begins one", "pressu_{lower:40}"),
    ),
    Example(
        "opsgenie-key",
        finds=(f"Authorization: Genie|Key ⟦{_UUID}⟧", f"genie|key=⟦{_UUID}⟧"),
        stays=("Authorization: GenieKey $OPSGENIE_API_KEY", f"a GenieKey was used for incident {_UUID}"),
    ),
    Example(
        "pagerduty-key",
        finds=("u|+{alnum:18}",),
        stays=("U+{uphex:4} and u+{hex:4}", "u+{lower:18}", "u+{alnum:24}"),
    ),
    Example("rootly-key", finds=("root|ly_{hex:64}",), stays=("rootly_api_key_2", "rootly_{hex:8}")),
    Example(
        "statsig-key",
        finds=("sec|ret-{alnum:43}", "con|sole-{alnum:43}"),
        stays=("secret-{lower:43}", "client-{alnum:43}", "secret-{alnum:12}", "console-{alnum:64}"),
    ),
    Example(
        "launchdarkly-key",
        finds=(f"sd|k-{_UUID}", f"launchdarkly: ⟦ap|i-{_UUID}⟧"),
        stays=(f"api-{_UUID}", f"mob-{_UUID}", "sdk-{hex:8}"),
    ),
    Example(
        "configcat-key",
        finds=("configcat|-sdk-1/{word:22}/{word:22}",),
        stays=("configcat-sdk-1/your-key", "configcat-sdk-android/9.1.0"),
    ),
    Example(
        "flagsmith-key",
        finds=("flagsmith: ⟦se|r.{alnum:22}⟧",),
        stays=("flagsmith user.{alnum:22}", "flagsmith: ser.{alnum:6}", "flagsmith: ser.{lower:22}"),
    ),
    Example(
        "unleash-token",
        finds=("default:development.⟦{hex:56}⟧", "*:*.⟦{hex:56}⟧", "unleash: []:staging.⟦{hex:52}⟧"),
        stays=(
            "default:development.unleash-insecure-api-token",
            "unleash is at http://host:4242.",
            "sha256:{hex:64}",
        ),
    ),
    Example(
        "growthbook-key",
        finds=("secret|_admin_{alnum:44}", "secret|_user_{b64:44}", "secret|_readonly_{alnum:44}"),
        stays=("secret_user_profile_fields_2", "secret_admin_{lower:30}"),
    ),
    Example(
        "posthog-key",
        finds=("ph|x_{alnum:43}", "ph|s_{alnum:43}", "ph|a_{alnum:43}"),
        stays=("phc_{alnum:43}", "phx_{alnum:6}", "alpha_{alnum:30}"),
    ),
)

_WORK = (
    Example(
        "postman-key",
        finds=("PM|AK-{hex:24}-{hex:34}", "PM|AT-{upnum:26}"),
        stays=("PMAK-{alnum:6}", "PMAK-your-key-goes-here-please"),
    ),
    Example(
        "linear-key",
        finds=("lin|_api_{alnum:40}", "lin|_oauth_{hex:64}", "lin|_wh_{alnum:38}"),
        stays=("lin_api_{alnum:6}", "lin_oauth_{lower:30}"),
    ),
    Example(
        "notion-token",
        finds=("nt|n_{digits:11}{alnum:35}", "sec|ret_{alnum:43}"),
        stays=("secret_{lower:43}", "secret_{alnum:12}", "ntn_{alnum:6}", "secret_{alnum:60}"),
    ),
    Example(
        "figma-token",
        finds=("fi|gd_{word:40}", "fi|go_{alnum:40}", "fi|gu_{alnum:40}", "fi|gur_{alnum:40}"),
        stays=("figd_your_token_goes_here_please", "figu_{alnum:8}", "config_{alnum:8}"),
    ),
    Example(
        "asana-token",
        finds=("2/12{digits:14}/12{digits:14}:{hex:32}", "1/12{digits:14}:{hex:32}"),
        stays=("asana 2/12{digits:14}", "the 21/12/2026:{digits:4}", "{hex:32}"),
    ),
    Example(
        "airtable-token",
        finds=("pa|t{alnum:14}.{hex:64}",),
        stays=("pattern.{hex:64}", "pat{alnum:14} is its id", "compat{alnum:14}.{hex:64}"),
    ),
    Example(
        "clickup-token",
        finds=("pk|_{digits:8}_{upnum:32}",),
        stays=("pk_live_{alnum:24}", "pk_{digits:8}", "mpk_{digits:8}_{upnum:32}"),
    ),
    Example(
        "trello-token", finds=("AT|TA{hex:72}", "AT|TAc{hex:71}"), stays=("ATTACHMENT_{hex:40}", "ATTA{hex:12}")
    ),
    Example(
        "youtrack-token",
        finds=("pe|rm:{alnum:8}==.{alnum:6}==.{alnum:30}", "pe|rm-{alnum:8}.{alnum:6}==.{alnum:30}"),
        stays=("perm: rwx.r-x.r-x", "perm-your.token.goes-here", "perm-{lower:8}.{lower:8}.{lower:30}"),
    ),
    Example(
        "wakatime-key",
        finds=(f"wa|ka_{_UUID}", "wa|ka_tok_{alnum:60}", "wa|ka_sec_{alnum:60}"),
        stays=("waka_time_of_the_last_heartbeat_2", "waka_{hex:8}"),
    ),
    Example("canva-secret", finds=("cn|vca{alnum:51}",), stays=("cnvca{alnum:8}", "the cnvca prefix")),
    Example(
        "retool-token",
        finds=("re|tool_01{lownum:24}",),
        stays=("retool_workflow_run_2", "retool_{lower:24}", "retool_{lownum:8}"),
    ),
    Example("readme-key", finds=("rd|me_xn8s9h{hex:64}",), stays=("rdme_your_key", "rdme_{lownum:8}")),
    Example("contentful-token", finds=("CF|PAT-{word:43}",), stays=("CFPAT-your-token", "CFPAT-{alnum:8}")),
    Example(
        "sanity-token",
        finds=("sanity deploy with ⟦s|k{alnum:178}⟧",),
        stays=("a sanity check of sk{alnum:20}", "a sanity check of task{alnum:90}"),
    ),
    Example(
        "ghost-admin-key",
        finds=("ghost: ⟦{hex:24}:{hex:64}⟧",),
        stays=("ghost {hex:24}: {hex:64}", "ghost at {hex:40}"),
    ),
    Example(
        "prefect-key",
        finds=("pn|u_{alnum:36}", "pn|b_{alnum:36}"),
        stays=("pnu_{alnum:8}", "pnb_{lower:36}", "apnu_{alnum:36}"),
    ),
    Example(
        "dbt-token",
        finds=("db|tc_{word:40}", "db|tu_{word:40}"),
        stays=("dbtc_{alnum:8}", "dbtu_user_table_with_long_name_of_columns_2"),
    ),
    Example("lightdash-token", finds=("ld|pat_{hex:32}",), stays=("ldpat_{hex:8}", "ldpat_file_name_2")),
    Example(
        "metabase-key",
        finds=("metabase with ⟦mb|_{b64:43}=⟧",),
        stays=("metabase mb_{alnum:8}", "metabase thumb_{alnum:44}"),
    ),
    Example(
        "tinybird-token",
        finds=("p.ey|J{alnum:120}.{word:43}",),
        stays=("p.eyJ begins one", "map.eyJ{alnum:8}"),
    ),
    Example(
        "secret-token-uri",
        finds=("secret-token:⟦{alnum:32}⟧", "Bearer secret-token:⟦{alnum:20}%20{alnum:6}⟧"),
        stays=("secret-token: see below", "secret-token:your-token-goes-here", "secret-token:${{TOKEN}}"),
    ),
)

_PLATFORMS = (
    Example(
        "gitpod-token",
        finds=("gitpod|_pat_{word:43}.{word:40}",),
        stays=("gitpod_pat_your_token_goes_here", "gitpod_pat_{alnum:8}"),
    ),
    Example(
        "codesandbox-token",
        finds=("cs|b_v1_{word:43}", "cs|b_{word:43}"),
        stays=("csb_module_loader_for_the_preview_2", "csb_{alnum:8}"),
    ),
    Example("val-town-token", finds=("vt|wn_{alnum:27}",), stays=("vtwn_{alnum:8}", "vtwn_{lower:27}")),
    Example(
        "ory-token",
        finds=("or|y_pat_{alnum:32}", "or|y_st_{alnum:32}", "or|y_at_{word:43}.{word:43}", "or|y_wak_{alnum:32}"),
        stays=("inventory_at_{alnum:30}", "ory_st_{alnum:8}", "factory_st_of_all_kinds_and_their_names_2"),
    ),
    Example(
        "okta-token",
        finds=("Authorization: SSWS ⟦00{word:40}⟧", "okta token ⟦00{word:40}⟧"),
        stays=("SSWS 00{hex:40}", "Authorization: SSWS $OKTA_TOKEN", "SSWS 00{alnum:12}"),
    ),
    Example(
        "stytch-secret",
        finds=("secret-|live-{word:35}=", "secret-|test-{word:35}="),
        stays=("secret-test-of-the-new-login-page-in-staging", "secret-live-{alnum:8}"),
    ),
    Example(
        "authress-key",
        finds=(
            "sc|_{lownum:12}.{lownum:4}.acc-{lownum:12}.{b64:64}",
            "ext|_{lownum:12}.{lownum:4}.acc_{lownum:12}.{b64:64}",
        ),
        stays=("sc_bike.wheel.acc_front.sensor", "the .acc_ part"),
    ),
    Example("zuplo-key", finds=("zp|ka_{hex:32}_{hex:8}",), stays=("zpka_{hex:8}", "zpka_your_key")),
    Example(
        "kong-token",
        finds=("kp|at_{alnum:50}", "sp|at_{alnum:50}"),
        stays=("spat_{alnum:8}", "kpat_{lower:40}", "spat_index_of_all_the_polygons_2"),
    ),
    Example(
        "rapidapi-key",
        finds=("{hex:10}ms|h{hex:15}p1{hex:6}js|n{hex:12}",),
        stays=("{hex:10}msh{hex:15}", "mshop1jsn and {hex:12}"),
    ),
    Example(
        "apollo-key",
        finds=("service|:my-graph:{word:22}", "user|:gh.bob:{word:22}"),
        stays=("service:my-graph:{lower:22}", "service:web:get-user-profile-by-id", "service:my-graph:{alnum:8}"),
    ),
)

_FURTHER = (
    Example(
        "aikido-client-secret",
        finds=(
            "AI|K_SECRET_{alnum:64}",
            "AI|K_SECRET_{alnum:40}",
        ),
        stays=(
            "AIK_SECRET_NAME",
            "AIK_SECRET_...",
        ),
    ),
    Example(
        "gitlab-mail-address",
        finds=(
            "incoming+group-project-4242-⟦{alnum:25}⟧-issue@incoming.example.com",
            "incoming+7-⟦{alnum:20}⟧-merge-request@example.com",
        ),
        stays=(
            "incoming+group-project-4242-issue@example.com",
            "incoming+%{key}@example.com",
        ),
    ),
    Example(
        "copilot-token",
        finds=(
            "⟦ti|d={hex:32};exp=1767225600;sku=free;st=dotcom;chat=1;8kp=1:{hex:64}⟧",
            'copilot: "⟦ti|d={hex:32};exp=1767225600;sku=pro;proxy-ep=example.org:{hex:64}⟧"',
        ),
        stays=(
            "?tid=42&exp=7",
            "tid={hex:32} is a tenant",
        ),
    ),
    Example(
        "unkey-root-key",
        finds=(
            "unk|ey_{b58:28}",
            "unk|ey_{b58:22}",
        ),
        stays=(
            "unkey_root_key",
            "monkey_patching unkey_workspace_identifier",
        ),
    ),
    Example(
        "devcycle-server-key",
        finds=(
            "dv|c_server_{alnum:12}",
            "dv|c_server_{hex:32}_{alnum:8}",
        ),
        stays=(
            "dvc_server_sdk_key",
            "dvc_client_{alnum:24} is for browsers",
        ),
    ),
    Example(
        "ionic-token",
        finds=(
            "IONIC_TOKEN=⟦io|n_{alnum:42}⟧",
            "appflow login with ⟦io|n_{alnum:42}⟧",
        ),
        stays=(
            "ion_trap_configuration_of_the_quantum_machine",
            "ionic version_{alnum:42}",
        ),
    ),
    Example(
        "settlemint-token",
        finds=(
            "sm|_pat_{alnum:16}",
            "sm|_aat_{alnum:24}",
        ),
        stays=(
            "sm_pat_your_token",
            "osm_sat_tiles",
        ),
    ),
    Example(
        "intra42-secret",
        finds=("s-s4|t2ud-{hex:64}",),
        stays=(
            "u-s4t2ud-{hex:64} is the client's id",
            "s-s4t2ud-...",
        ),
    ),
    Example(
        "thunderstore-token",
        finds=("ts|s_{alnum:36}",),
        stays=(
            "tss_token",
            "tss_teams_and_service_accounts",
        ),
    ),
    Example(
        "tableau-token",
        finds=(
            "{b64:22}=|=:{alnum:32}",
            "{b64:16}=|=:{alnum:21}",
        ),
        stays=(
            "{b64:22}==: a digest",
            "aGVsbG8=:x",
        ),
    ),
    Example(
        "miro-token",
        finds=("eyJt|aXJvLm9yaWdpbiI6ImV1MDEifQ_{word:27}",),
        stays=(
            "eyJtaXJv is how one begins",
            "eyJtaXJv...",
        ),
    ),
    Example(
        "depot-token",
        finds=(
            "dep|ot_org_{hex:64}",
            "dep|ot_project_{alnum:64}",
        ),
        stays=(
            "depot_project_id",
            "depot_user_configuration_file_name",
        ),
    ),
    Example(
        "coralogix-key",
        finds=(
            "cx|tp_{alnum:30}",
            "cx|up_{alnum:30}",
        ),
        stays=(
            "cxtp_your_key",
            "cxup_...",
        ),
    ),
    Example(
        "checkly-key",
        finds=(
            "c|u_{hex:32}",
            "s|v_{hex:32}",
        ),
        stays=(
            "cu_file and sv_edition",
            "sv_{hex:10}",
        ),
    ),
    Example(
        "healthchecks-key",
        finds=(
            "hc|w_{alnum:28}",
            "hc|r_{alnum:28}",
        ),
        stays=(
            "hcw_api_key",
            "hcr_readonly",
        ),
    ),
    Example(
        "healthchecks-url",
        finds=(
            "curl https://hc-ping.com/⟦{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}⟧",
            "https://hc-ping.com/⟦{word:22}⟧/backup",
        ),
        stays=(
            "https://hc-ping.com/your-uuid-here",
            "https://hc-ping.com/<uuid>",
        ),
    ),
    Example(
        "firehydrant-token",
        finds=("fh|b-{hex:32}",),
        stays=(
            "fhb-token",
            "fhb-deadbeef",
        ),
    ),
    Example(
        "uptimerobot-key",
        finds=(
            "uptimerobot ⟦u1{digits:6}-{hex:24}⟧",
            "UptimeRobot: ⟦ur2{digits:6}-{hex:24}⟧",
        ),
        stays=(
            "uptimerobot m7-large",
            "UptimeRobot u123456 has five monitors",
        ),
    ),
    Example(
        "uptime-kuma-key",
        finds=(
            "u|k1_{word:40}",
            "u|k23_{word:40}",
        ),
        stays=(
            "uk1_london_and_other_regions_of_the_kingdom",
            "uk2_key",
        ),
    ),
    Example(
        "uptime-kuma-url",
        finds=(
            "https://kuma.example.org/api/push/⟦{alnum:32}⟧?status=up&msg=OK",
            "curl http://kuma:3001/api/push/⟦{alnum:10}⟧",
        ),
        stays=(
            "POST /api/push/notifications",
            "/api/push/subscription",
        ),
    ),
    Example(
        "gitbook-token",
        finds=("gb|_api_{alnum:40}",),
        stays=(
            "gb_api_token",
            "gb_api_documentation_for_all_the_editors",
        ),
    ),
    Example(
        "mintlify-key",
        finds=(
            "min|t_{alnum:24}",
            "min|t_dsc_{alnum:24}",
        ),
        stays=(
            "mint_authority_of_the_token",
            "mint_dsc_key",
        ),
    ),
    Example(
        "permit-key",
        finds=("perm|it_key_{alnum:86}",),
        stays=(
            "permit_key_of_the_building_owner_and_of_all_tenants",
            "permit_key_id",
        ),
    ),
    Example(
        "savvycal-token",
        finds=("pt|_secret_{hex:32}",),
        stays=(
            "pt_secret_name",
            "encrypt_secret_configuration_values",
        ),
    ),
    Example(
        "missive-token",
        finds=("missi|ve_pat-{word:64}",),
        stays=(
            "missive_pat-your-token-goes-here-now",
            "missive_pat-...",
        ),
    ),
    Example(
        "pubnub-secret",
        finds=(
            "se|c-c-{alnum:48}",
            "se|c-c-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
        ),
        stays=(
            "pub-c-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
            "sec-c-key",
        ),
    ),
    Example(
        "nylas-key",
        finds=(
            "ny|k_v0_{alnum:64}",
            "ny|k_{alnum:48}",
        ),
        stays=(
            "nyk_v0_key",
            "nyk_...",
        ),
    ),
    Example(
        "defined-networking-key",
        finds=("dnk|ey-{upnum:26}-{upnum:52}",),
        stays=(
            "dnkey-the-name-of-a-key-that-is-rather-long-here",
            "dnkey-...",
        ),
    ),
    Example(
        "wasmer-token",
        finds=("wa|p_{hex:64}",),
        stays=(
            "swap_face and wap_feed",
            "wap_deadbeef",
        ),
    ),
    Example(
        "builder-key",
        finds=("bp|k-{hex:32}",),
        stays=(
            "bpk-private-key",
            "bpk-deadbeef",
        ),
    ),
    Example(
        "imagekit-key",
        finds=("imagekit: ⟦priv|ate_{b64:27}=⟧",),
        stays=(
            "imagekit private_configuration_name",
            "IMAGEKIT private_your_key",
        ),
    ),
    Example(
        "hoppscotch-token",
        finds=("pa|t-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",),
        stays=(
            "compat-fedora and pat-0001",
            "pat-deadbeef",
        ),
    ),
    Example(
        "sanctum-token",
        finds=(
            "7{pipe}{alnum:40}",
            "12{pipe}{alnum:48}",
        ),
        stays=(
            "{pipe} 1{pipe}{hex:40} {pipe} first commit {pipe}",
            "3{pipe}four{pipe}five",
        ),
    ),
    Example(
        "sidekiq-credential",
        finds=(
            "BUNDLE_GEMS__CONTRIBSYS__COM=⟦{hex:8}:{hex:8}⟧",
            "bundle config enterprise.contribsys.com ⟦{hex:8}:{hex:8}⟧",
        ),
        stays=(
            "BUNDLE_GEMS__CONTRIBSYS__COM=$SIDEKIQ",
            "https://gems.contribsys.com/",
        ),
    ),
    Example(
        "notify-key",
        finds=(
            "notify key: team_key-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}-⟦{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}⟧",
            "gcntfy-live-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}-⟦{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}⟧",
        ),
        stays=(
            "notify {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12} about it",
            'notify-send "done"',
        ),
    ),
)

EXAMPLES = (*_HOSTING, *_REGISTRIES, *_BUILDS, *_QUALITY, *_MONITORING, *_WORK, *_PLATFORMS, *_FURTHER)
