"""Checks charts/merit with a real helm: lints it, renders it with each file of values/, holds the result against the
API schemas of Kubernetes and against what Merit promises, and sees that refused.yaml's values are refused.

    check.py --helm HELM [--merit MERIT]

With `--merit`, the command lines in the chart are also put to that binary, which must understand them.
Closes with a line `N passed, N failed`, and exits 1 if anything failed.
"""

import argparse
import json
import logging
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

import kubernetes_validate
import yaml

HERE = pathlib.Path(__file__).resolve().parent
CHART = HERE.parent.parent / "charts" / "merit"
# The oldest release that Chart.yaml admits, and the newest whose schemas we have.
KUBERNETES = ["1.31", "1.37"]
MERIT = "/usr/local/bin/merit"
DATA, TMP, SECRETS, CONFIG = "/data", "/tmp", "/var/run/merit", "/etc/merit"
SERVICES = ["directory", "goals", "feedback", "scoring", "notifications", "reviews"]


class Checks:
    """Counts what held and tells what did not."""

    def __init__(self):
        self.passed, self.failures, self.case = 0, [], ""

    def that(self, held, claim):
        """Notes one claim about the case at hand."""
        if held:
            self.passed += 1
        else:
            self.failures.append(f"{self.case}: {claim}")
            print(f"FAILED  {self.case}: {claim}")

    def equal(self, found, wanted, claim):
        """Like `that`, telling both sides."""
        self.that(found == wanted, f"{claim}: found {found!r}, wanted {wanted!r}")


def run(*words):
    """Runs a command; gives its exit code and all it printed."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


def merged(base, over):
    """Values as helm lays them over one another."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}


def pods(objects):
    """Each pod template with the object it belongs to."""
    for thing in objects:
        spec = thing.get("spec", {})
        if thing["kind"] == "CronJob":
            yield thing, spec["jobTemplate"]["spec"]["template"]
        elif "template" in spec:
            yield thing, spec["template"]


def check_pod(checks, owner, template, values):
    """What every pod of Merit keeps to."""
    name, spec = owner["metadata"]["name"], template["spec"]
    security = spec.get("securityContext", {})
    checks.equal(security.get("runAsNonRoot"), True, f"{name} runs as non-root")
    checks.equal(security.get("runAsUser"), 65532, f"{name} runs as the image's user")
    checks.equal(security.get("fsGroup"), 65532, f"{name} can read its secrets and its volume")
    checks.equal(security.get("fsGroupChangePolicy"), "OnRootMismatch", f"{name} leaves the key file's mode alone")
    checks.equal(security.get("seccompProfile"), {"type": "RuntimeDefault"}, f"{name} has a seccomp profile")
    checks.equal(spec.get("automountServiceAccountToken"), False, f"{name} has no token of the cluster")
    checks.equal(spec.get("enableServiceLinks"), False, f"{name} gets no MERIT_ variables from a service")
    for key in ["hostNetwork", "hostPID", "hostIPC", "initContainers"]:
        checks.that(not spec.get(key), f"{name} has no {key}")
    for container in spec["containers"]:
        own = container.get("securityContext", {})
        checks.equal(own.get("runAsNonRoot"), True, f"{name}'s container runs as non-root")
        checks.equal(own.get("readOnlyRootFilesystem"), True, f"{name}'s root is read-only")
        checks.equal(own.get("allowPrivilegeEscalation"), False, f"{name} can't gain privileges")
        checks.equal(own.get("privileged"), False, f"{name} isn't privileged")
        checks.equal(own.get("capabilities"), {"drop": ["ALL"]}, f"{name} drops all capabilities")
        checks.equal(container["command"], [MERIT], f"{name} runs the one binary")
        image = values["image"]
        tag = "@" + image["digest"] if image["digest"] else ":" + (image["tag"] or "0.1.0")
        checks.equal(container["image"], image["repository"] + tag, f"{name}'s image")
        claims = {claim["metadata"]["name"] for claim in owner["spec"].get("volumeClaimTemplates", [])}
        volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
        mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
        for path, mount in mounts.items():
            checks.that(mount["name"] in claims or mount["name"] in volumes, f"{name} has a volume for {path}")
            if path.startswith(SECRETS):
                checks.equal(mount.get("readOnly"), True, f"{name} reads {path} only")
                secret = volumes[mount["name"]]["secret"]
                checks.equal(secret["defaultMode"], 0o440, f"{name}'s {path} is closed to others")
                checks.that(not secret.get("optional"), f"{name} waits for {path}")
        checks.equal(volumes[mounts[TMP]["name"]].get("emptyDir"), {}, f"{name} has an empty {TMP}")
        for variable in container.get("env", []):
            checks.that("value" in variable, f"{name}: {variable['name']} is no secret in the environment")


def check_server(checks, objects, values):
    """The one server and its settings."""
    servers = [thing for thing in objects if thing["kind"] == "StatefulSet"]
    checks.equal(len(servers), 1, "one server")
    server, port = servers[0], values["service"]["port"]
    checks.equal(server["spec"]["replicas"], 1, "the databases have one writer")
    spec = server["spec"]["template"]["spec"]
    container = spec["containers"][0]
    words = ["serve", "--services", "all", "--listen", f"0.0.0.0:{port}", "--data", DATA] + config_words(values)
    checks.equal(container["args"], words, "the server's words")
    check_ports(checks, container, values, "the server")
    check_config(checks, objects, container, spec, values, "the server")
    check_probes(checks, container, values, "the server")
    checks.equal(container["resources"], values["resources"]["server"], "the server's resources")
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    checks.that(DATA in mounts and not mounts[DATA].get("readOnly"), "the volume is mounted for writing")
    claims, kept = server["spec"].get("volumeClaimTemplates", []), values["persistence"]
    if kept.get("existingClaim"):
        named = [v["persistentVolumeClaim"]["claimName"] for v in spec["volumes"] if "persistentVolumeClaim" in v]
        checks.equal((claims, named), ([], [kept["existingClaim"]]), "the claim that was there is used")
    else:
        checks.equal(claims[0]["spec"]["resources"]["requests"]["storage"], kept["size"], "the volume's size")
        checks.equal(claims[0]["spec"]["accessModes"], [kept["accessMode"]], "the volume's access mode")
        checks.equal(claims[0]["spec"].get("storageClassName"), kept["storageClass"] or None, "the volume's class")
        policy = server["spec"]["persistentVolumeClaimRetentionPolicy"]
        checks.equal(policy, {"whenDeleted": "Retain", "whenScaled": "Retain"}, "the volume outlives the release")
    check_settings(checks, objects, container, spec, values)
    service = next(thing for thing in objects if thing["kind"] == "Service")
    plain = re.fullmatch("[a-z]([-a-z0-9]{0,61}[a-z0-9])?", service["metadata"]["name"])
    checks.that(plain, "the service's name is one that name lookup knows")
    labels = server["spec"]["template"]["metadata"]["labels"]
    checks.that(service["spec"]["selector"].items() <= labels.items(), "the service finds the server")
    checks.that(server["spec"]["selector"]["matchLabels"].items() <= labels.items(), "the set finds its pod")
    for thing, template in pods(objects):
        if thing["kind"] == "CronJob":
            found = service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
            checks.that(not found, f"the service doesn't send calls to {thing['metadata']['name']}")


def check_distributed(checks, objects, values):
    """A deployment and a service for each of Merit's services, over one database that a job migrates first."""
    checks.that(not [thing for thing in objects if thing["kind"] == "StatefulSet"], "no pod with a volume")
    deployments = [thing for thing in objects if thing["kind"] == "Deployment"]
    found = [thing["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"] for thing in deployments]
    checks.equal(sorted(found), sorted(SERVICES), "a deployment for each service")
    settings = next(thing for thing in objects if thing["kind"] == "ConfigMap")
    port, base = values["service"]["port"], settings["metadata"]["name"]
    check_tls(checks, objects, values, base, [f"{base}-{name}" for name in SERVICES])
    addresses = {}
    for deployment, name in zip(deployments, found):
        spec, labels = deployment["spec"]["template"]["spec"], deployment["spec"]["template"]["metadata"]["labels"]
        container = spec["containers"][0]
        words = ["serve", "--services", name, "--listen", f"0.0.0.0:{port}"] + config_words(values)
        checks.equal(container["args"], words, f"{name}'s words")
        check_ports(checks, container, values, name)
        check_config(checks, objects, container, spec, values, name)
        wanted = values["replicas"][name]
        checks.equal(deployment["spec"]["replicas"], wanted, f"so many run of {name}")
        budgets = [thing["spec"] for thing in objects if thing["kind"] == "PodDisruptionBudget"]
        budgets = [budget for budget in budgets if selects(budget["selector"], labels)]
        held = [{"maxUnavailable": 1}] if wanted > 1 else []
        checks.equal([{"maxUnavailable": budget["maxUnavailable"]} for budget in budgets], held, f"what a drained node leaves of {name}")
        checks.equal(deployment["spec"]["strategy"], {"type": "Recreate"}, f"no two versions of {name} at a time")
        checks.that(deployment["spec"]["selector"]["matchLabels"].items() <= labels.items(), f"{name} finds its pod")
        check_probes(checks, container, values, name)
        source = [entry["configMapRef"]["name"] for entry in container["envFrom"]]
        checks.equal(source, [base] + ([f"{base}-server"] if told_servers(values) else []), f"{name} reads the settings")
        check_files(checks, spec, values, name, base)
        services = [thing for thing in objects if thing["kind"] == "Service"]
        mine = [thing for thing in services if thing["spec"]["selector"].items() <= labels.items()]
        checks.equal(len(mine), 1, f"one service finds {name}")
        if mine:
            meta = mine[0]["metadata"]
            plain = re.fullmatch("[a-z]([-a-z0-9]{0,61}[a-z0-9])?", meta["name"])
            checks.that(plain, f"{name}'s service has a name that name lookup knows")
            addresses[f"MERIT_SERVICES_{name.upper()}"] = f"{scheme(values)}://{meta['name']}.{meta['namespace']}.svc:{port}"
    database = values["database"]
    storage = {
        "MERIT_STORAGE_KIND": "postgres",
        "MERIT_STORAGE_URL": f"postgres://{database['user']}@{database['host']}:{database['port']}/{database['name']}{database_tls(values)}",
        "MERIT_STORAGE_PASSWORD_FILE": f"{SECRETS}/database/password",
        "MERIT_STORAGE_CONNECTIONS": str(database["connections"]),
        "MERIT_IDENTITY_KEY_FILE": f"{SECRETS}/identity/key",
    }
    told = {name: value for name, value in settings["data"].items() if not name.startswith(("MERIT_MAIL", "MERIT_SMTP"))}
    checks.equal(told, storage | addresses | caller(values) | {"MERIT_LOG": values["log"]}, "the settings")
    check_migration(checks, objects, values, storage, base)


def check_files(checks, spec, values, name, base):
    """The secrets that a pod with a database has, and no more."""
    wanted = {
        "database": (values["database"]["passwordSecret"]["name"], values["database"]["passwordSecret"]["key"], "password"),
        "identity": (values["identity"]["keySecret"]["name"] or f"{base}-identity", values["identity"]["keySecret"]["key"], "key"),
    }
    authorities = values["database"]["caSecret"]
    if authorities["name"]:
        wanted["database-ca"] = (authorities["name"], authorities["key"], "ca.crt")
    if values["tls"]["enabled"] and name != "migrate":
        wanted["tls"] = (values["tls"]["secretName"] or f"{base}-tls", "tls.crt", "tls.crt")
    smtp = values["mail"]["smtp"]
    if name == "notifications" and values["mail"]["enabled"] and smtp["username"]:
        wanted["smtp"] = (smtp["passwordSecret"]["name"], smtp["passwordSecret"]["key"], "password")
    secrets = {volume["name"]: volume["secret"] for volume in spec["volumes"] if "secret" in volume}
    found = {name: (s["secretName"], s["items"][0]["key"], s["items"][0]["path"]) for name, s in secrets.items()}
    checks.equal(found, wanted, f"{name}'s secrets")
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
    for secret in wanted:
        checks.equal(mounts.get(secret), f"{SECRETS}/{secret}", f"where {name} finds {secret}")


def check_migration(checks, objects, values, storage, base):
    """The job that comes before everything else of a release."""
    jobs = [thing for thing in objects if thing["kind"] == "Job"]
    checks.equal(len(jobs), 1, "one migration")
    notes = jobs[0]["metadata"]["annotations"]
    checks.equal(notes["helm.sh/hook"], "pre-install,pre-upgrade", "the migration comes first")
    spec = jobs[0]["spec"]["template"]["spec"]
    container = spec["containers"][0]
    checks.equal(container["args"], ["migrate"], "the migration's words")
    checks.equal({entry["name"]: entry["value"] for entry in container["env"]}, storage | {"MERIT_LOG": values["log"]}, "its settings")
    # Nothing of the release is there yet when it runs.
    checks.that("serviceAccountName" not in spec and "envFrom" not in container, "the migration needs nothing of the release")
    check_files(checks, spec, values, "migrate", base)


def database_tls(values):
    """How the database's address says that the connection is encrypted."""
    database = values["database"]
    mode = f"?sslmode={database['sslMode']}" if database["sslMode"] != "prefer" else ""
    return mode + (f"&sslrootcert={SECRETS}/database-ca/ca.crt" if database["caSecret"]["name"] else "")


def config_words(values):
    """The words that name the file of settings, where there is one."""
    return ["--config", f"{CONFIG}/merit.toml"] if values["config"] or values["files"] else []


def check_ports(checks, container, values, name):
    """gRPC's port, and one for metrics where they are offered."""
    metrics = values["monitoring"]["metrics"]
    wanted = {"grpc": values["service"]["port"]} | ({"metrics": metrics["port"]} if metrics["enabled"] else {})
    checks.equal({port["name"]: port["containerPort"] for port in container["ports"]}, wanted, f"{name}'s ports")


def check_config(checks, objects, container, spec, values, name):
    """The file of further settings and those that it names, and that a server has them."""
    maps = {thing["metadata"]["name"]: thing["data"] for thing in objects if thing["kind"] == "ConfigMap"}
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    if not config_words(values):
        checks.that(CONFIG not in mounts and not [key for key in maps if key.endswith("-config")], f"{name} has no file of settings")
        return
    mount = mounts.get(CONFIG, {})
    checks.equal(mount.get("readOnly"), True, f"{name} reads its settings only")
    volume = next((volume for volume in spec["volumes"] if volume["name"] == mount.get("name")), {})
    found = dict(maps.get(volume.get("configMap", {}).get("name"), {}))
    checks.equal(tomllib.loads(found.pop("merit.toml", "")), values["config"], f"{name}'s settings in the file")
    checks.equal(found, values["files"], f"{name}'s files beside it")


def check_understood(checks, objects, merit):
    """What each container is told, put to the binary: all of it are settings, and they go together."""
    maps = {thing["metadata"]["name"]: thing["data"] for thing in objects if thing["kind"] == "ConfigMap"}
    for thing, template in pods(objects):
        container = template["spec"]["containers"][0]
        told = {}
        for entry in container.get("envFrom", []):
            told |= maps[entry["configMapRef"]["name"]]
        told |= {entry["name"]: entry["value"] for entry in container.get("env", [])}
        with tempfile.TemporaryDirectory() as folder:
            words = ["config", "show"]
            if "--config" in container["args"]:
                file = pathlib.Path(folder, "merit.toml")
                file.write_text(next(data["merit.toml"] for data in maps.values() if "merit.toml" in data))
                words += ["--config", file]
            code, said = run("env", *(f"{name}={value}" for name, value in told.items()), merit, *words)
        checks.that(code == 0, f"merit understands the settings of {thing['metadata']['name']}: {said.strip()}")


def told_servers(values):
    """What only servers are told."""
    names = {"TLS_CERT": "tls.crt", "TLS_KEY": "tls.key", "CLIENT_CA": "ca.crt"} if values["tls"]["enabled"] else {}
    told = {f"MERIT_SERVER_{name}_FILE": f"{SECRETS}/tls/{file}" for name, file in names.items()}
    metrics = values["monitoring"]["metrics"]
    return told | ({"MERIT_TELEMETRY_PROMETHEUS": f"0.0.0.0:{metrics['port']}"} if metrics["enabled"] else {})


def scheme(values):
    """How servers are spoken to."""
    return "https" if values["tls"]["enabled"] else "http"


def caller(values):
    """What a caller over TLS is told: whom it trusts, and what it shows."""
    files = {"CA": "ca.crt", "CERT": "tls.crt", "KEY": "tls.key"} if values["tls"]["enabled"] else {}
    return {f"MERIT_SERVICES_{name}_FILE": f"{SECRETS}/tls/{file}" for name, file in files.items()}


def check_probes(checks, container, values, name):
    """gRPC's health service in the clear, an open port over TLS, which Kubernetes can't ask anything."""
    port = values["service"]["port"]
    asks = {"tcpSocket": {"port": "grpc"}} if values["tls"]["enabled"] else {"grpc": {"port": port}}
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"]:
        found = {key: value for key, value in container[probe].items() if key in ("grpc", "tcpSocket", "httpGet", "exec")}
        checks.equal(found, asks, f"how {name}'s {probe} asks")


def check_tls(checks, objects, values, base, servers):
    """Servers are told their certificate, and there is one that is good for the name of each."""
    maps = {thing["metadata"]["name"]: thing["data"] for thing in objects if thing["kind"] == "ConfigMap"}
    checks.equal(maps.get(f"{base}-server"), told_servers(values) or None, "what only servers are told")
    certificates = [thing for thing in objects if thing["kind"] == "Certificate"]
    manager = values["tls"]["certManager"]
    checks.equal(len(certificates), int(manager["enabled"]), "a certificate where cert-manager makes it")
    for thing in certificates:
        spec = thing["spec"]
        checks.equal(spec["secretName"], values["tls"]["secretName"] or f"{base}-tls", "the Secret that the pods have")
        for server in servers:
            checks.that(f"{server}.sales.svc" in spec["dnsNames"], f"the certificate is good for {server}")
        checks.that({"server auth", "client auth"} <= set(spec["usages"]), "it is a server's and a caller's")
        checks.equal(spec["issuerRef"], manager["issuer"] | {"group": "cert-manager.io"}, "its issuer")
        checks.equal((spec["duration"], spec["renewBefore"]), (manager["duration"], manager["renewBefore"]), "its time")
        checks.that(len(spec["commonName"]) <= 64, "its common name is one that X.509 has room for")
    for thing in objects:
        if thing["kind"] == "Service":
            protocol = "https" if values["tls"]["enabled"] else "kubernetes.io/h2c"
            checks.equal(thing["spec"]["ports"][0]["appProtocol"], protocol, f"what {thing['metadata']['name']} speaks")


def check_settings(checks, objects, container, spec, values):
    """The server's environment; the relay's password only as a file."""
    mail, tls = values["mail"], values["tls"]
    settings = next(thing for thing in objects if thing["kind"] == "ConfigMap")
    base = settings["metadata"]["name"]
    check_tls(checks, objects, values, base, [base])
    source = [entry["configMapRef"]["name"] for entry in container["envFrom"]]
    checks.equal(source, [base] + ([f"{base}-server"] if told_servers(values) else []), "the server reads its settings")
    wanted = {"MERIT_DATA": DATA, "MERIT_LOG": values["log"]} | caller(values)
    smtp = mail["smtp"]
    if mail["enabled"]:
        wanted |= {
            "MERIT_MAIL_FROM": mail["from"],
            "MERIT_MAIL_RESEND_UNCLEAR": mail["resendUnclear"],
            "MERIT_SMTP_HOST": smtp["host"],
            "MERIT_SMTP_PORT": str(smtp["port"]),
            "MERIT_SMTP_SECURITY": smtp["security"],
        }
    secrets = {volume["name"]: volume["secret"] for volume in spec["volumes"] if "secret" in volume}
    wire = secrets.pop("tls", {})
    checks.equal(wire.get("secretName"), (tls["secretName"] or f"{base}-tls") if tls["enabled"] else None, "the wire's Secret")
    if mail["enabled"] and smtp["username"]:
        wanted |= {"MERIT_SMTP_USERNAME": smtp["username"], "MERIT_SMTP_PASSWORD_FILE": f"{SECRETS}/smtp/password"}
        secret, password = secrets.get("smtp", {}), smtp["passwordSecret"]
        checks.equal(secret.get("secretName"), password["name"], "the relay's password comes from its Secret")
        checks.equal(secret.get("items"), [{"key": password["key"], "path": "password"}], "the password's file")
    else:
        checks.equal(secrets, {}, "no secret without need")
    checks.equal(settings["data"], wanted, "the server's settings")


def check_job(checks, objects, values, name, words):
    """One scheduled job, or its absence."""
    jobs = [thing for thing in objects if thing["kind"] == "CronJob" and thing["metadata"]["name"].endswith("-" + name)]
    wanted = values[name]
    if not wanted["enabled"]:
        checks.equal(jobs, [], f"no {name} job")
        return
    checks.equal(len(jobs), 1, f"one {name} job")
    spec, job = jobs[0]["spec"], jobs[0]["spec"]["jobTemplate"]["spec"]
    checks.that(len(jobs[0]["metadata"]["name"]) <= 52, f"{name}: the name leaves room for the job's suffix")
    checks.equal(spec.get("timeZone"), "Etc/UTC", f"{name} is scheduled in UTC")
    checks.equal(spec.get("concurrencyPolicy"), "Forbid", f"{name} doesn't overlap itself")
    checks.equal(spec.get("schedule"), wanted["schedule"], f"{name}'s schedule")
    checks.equal(spec.get("suspend"), wanted["suspend"], f"{name}'s suspension")
    checks.equal(job.get("backoffLimit"), wanted["retries"], f"{name}'s tries")
    checks.equal(job.get("activeDeadlineSeconds"), wanted["deadlineSeconds"], f"{name}'s deadline")
    pod = job["template"]["spec"]
    checks.equal(pod.get("restartPolicy"), "Never", f"{name} leaves tries to the job")
    container = pod["containers"][0]
    final = [rule for rule in job["podFailurePolicy"]["rules"] if rule["action"] == "FailJob"]
    codes = final[0]["onExitCodes"]
    checks.equal((codes["operator"], codes["values"]), ("In", [1, 2, 4]), f"{name} doesn't try again in vain")
    checks.equal(codes["containerName"], container["name"], f"{name}'s rule is about its container")
    base = next(thing for thing in objects if thing["kind"] == "ConfigMap")["metadata"]
    if values["mode"] == "single":
        to = ["--server", f"{scheme(values)}://{base['name']}.{base['namespace']}.svc:{values['service']['port']}"]
    else:
        to = []
        source = [entry["configMapRef"]["name"] for entry in container["envFrom"]]
        checks.equal(source, [base["name"]], f"{name} is told where the services are")
    checks.equal(container["args"], words + to + ["--token", f"{SECRETS}/scheduler/token"], f"{name}'s words")
    told = {entry["name"]: entry["value"] for entry in container["env"]}
    checks.equal(told, {"MERIT_LOG": values["log"]} | (caller(values) if values["mode"] == "single" else {}), f"what {name} is told")
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    checks.equal(f"{SECRETS}/tls" in mounts, values["tls"]["enabled"], f"{name} has what it needs for TLS")
    for path in mounts:
        checks.that(not any(other != path and other.startswith(path + "/") for other in mounts), f"{name}: nothing is mounted inside {path}")
    secret = next(volume["secret"] for volume in pod["volumes"] if volume["name"] == mounts[f"{SECRETS}/scheduler"])
    token = values["token"]
    checks.equal(secret["secretName"], token["secretName"] or f"{base['name']}-token", f"{name}'s token Secret")
    checks.equal(secret["items"], [{"key": token["key"], "path": "token"}], f"{name}'s token file")


def check_network(checks, objects, values):
    """Who reaches whom."""
    policies = {thing["metadata"]["name"]: thing["spec"] for thing in objects if thing["kind"] == "NetworkPolicy"}
    if not values["networkPolicy"]["enabled"]:
        checks.equal(policies, {}, "no network policies")
        return
    apart = values["mode"] == "distributed"
    checks.equal(len(policies), 3 if apart else 2, "network policies for servers, jobs and a migration")
    for thing, template in pods(objects):
        covering = [spec for spec in policies.values() if selects(spec["podSelector"], template["metadata"]["labels"])]
        checks.equal(len(covering), 1, f"one policy covers {thing['metadata']['name']}")
        if not covering:
            continue
        checks.equal(covering[0]["policyTypes"], ["Ingress", "Egress"], "both directions are closed")
        ports = [port["port"] for rule in covering[0]["egress"] for port in rule["ports"]]
        database = [values["database"]["port"]] if apart else []
        if thing["kind"] in ("CronJob", "Job"):
            checks.equal(covering[0].get("ingress"), [], "nobody reaches a job")
            beyond = ["grpc"] if thing["kind"] == "CronJob" else database
            checks.equal(ports, [53, 53] + beyond, "a job reaches the servers, a migration the database")
        else:
            callers = covering[0]["ingress"][0]["from"]
            for caller in values["networkPolicy"]["allowFrom"]:
                checks.that(caller in callers, "those the values name reach the server")
            checks.that(all(rule.get("from") for rule in covering[0]["ingress"]), "no rule lets everybody in")
            found = [rule["from"] for rule in covering[0]["ingress"] if rule["ports"] == [{"port": "metrics", "protocol": "TCP"}]]
            asked = values["networkPolicy"]["allowMetricsFrom"] if values["monitoring"]["metrics"]["enabled"] else []
            checks.equal(found, [asked] if asked else [], "who asks for metrics")
            checks.equal(len(covering[0]["ingress"]), 1 + len(found), "nobody else is let in")
            further = values["networkPolicy"]["allowTo"]
            for rule in further:
                checks.that(rule in covering[0]["egress"], "a server reaches what the values name")
            relay = [values["mail"]["smtp"]["port"]] if values["mail"]["enabled"] else []
            named = [port["port"] for rule in further for port in rule["ports"]]
            beyond = (["grpc"] if apart else []) + database + relay + named
            checks.equal(ports, [53, 53] + beyond, "a server reaches name lookup, its like, the database, the relay and what is named only")


def selects(selector, labels):
    """Whether a label selector takes these labels."""
    exact = selector.get("matchLabels", {}).items() <= labels.items()
    return exact and all(labels.get(e["key"]) in e["values"] for e in selector.get("matchExpressions", []))


def check_schemas(checks, objects):
    """Each object against the API's own schema, unknown fields refused."""
    for thing in objects:
        if thing["kind"] in ("PrometheusRule", "PodMonitor", "Certificate"):  # an operator's own kind: its own check looks at it
            continue
        for version in KUBERNETES:
            try:
                kubernetes_validate.validate(thing, version, strict=True)
                problem = ""
            except kubernetes_validate.ValidationError as error:
                problem = str(error)
            checks.that(not problem, f"{thing['kind']} fits Kubernetes {version}: {problem}")


def check_monitoring(checks, objects, values):
    """The dashboard and the alert rules are there when asked for, and ask only for what the program measures."""
    source = (CHART.parent.parent / "services" / "platform" / "src" / "telemetry" / "metrics.rs").read_text()
    measured = {name.replace(".", "_") for name in re.findall(r'_(?:histogram|counter|gauge)\("([a-z._]+)"\)', source)}
    checks.that(measured, "metrics.rs names what is measured")
    rules = [thing for thing in objects if thing["kind"] == "PrometheusRule"]
    boards = [thing for thing in objects if "grafana_dashboard" in thing["metadata"].get("labels", {})]
    checks.equal(len(rules), int(values["monitoring"]["alerts"]), "alert rules when asked for")
    checks.equal(len(boards), int(values["monitoring"]["dashboard"]), "a dashboard when asked for")
    monitors = [thing["spec"] for thing in objects if thing["kind"] == "PodMonitor"]
    metrics = values["monitoring"]["metrics"]
    checks.equal(len(monitors), int(metrics["podMonitor"]), "Prometheus is told where to ask, when asked for")
    for spec in monitors:
        checks.equal(spec["podMetricsEndpoints"], [{"port": "metrics", "path": "/metrics", "interval": metrics["interval"]}], "what it asks")
        for thing, template in pods(objects):
            serves = "metrics" in [port["name"] for port in template["spec"]["containers"][0].get("ports", [])]
            found = selects(spec["selector"], template["metadata"]["labels"])
            checks.equal(found, serves, f"Prometheus asks {thing['metadata']['name']} if it answers")
    asked = []
    for thing in rules:
        for rule in (rule for group in thing["spec"]["groups"] for rule in group["rules"]):
            checks.that({"summary", "description"} <= rule["annotations"].keys(), f"{rule['alert']} says what to do")
            asked.append(rule["expr"])
    for thing in boards:
        for panel in json.loads(thing["data"]["merit.json"])["panels"]:
            asked.extend(target["expr"] for target in panel["targets"])
    for name in re.findall(r"\b(?:rpc|merit)_[a-z_]+(?=\{|\[)", " ".join(asked)):
        known = any(name == base or name.startswith(f"{base}_seconds_") for base in measured)
        checks.that(known, f"{name} is measured")


def check_words(checks, objects, merit):
    """The command lines in the chart, put to the binary itself: it must know every word and name."""
    for thing, template in pods(objects):
        words = template["spec"]["containers"][0]["args"]
        code, said = run(merit, *words, "--help")
        checks.that(code == 0, f"merit understands `{' '.join(words)}`: {said.strip()}")


def check_notes(checks, helm, merit):
    """The token command that the notes tell people to type, as they would type it."""
    code, said = run(helm, "install", "merit", CHART, "--dry-run=client")
    checks.that(code == 0, f"helm shows the notes: {said.strip()}")
    found = re.search(r"-- (\S+/merit) (token .*?) \\", said)
    checks.that(found and found[1] == MERIT, "the notes say how to make the token")
    with tempfile.TemporaryDirectory() as data:
        code, said = run("env", f"MERIT_DATA={data}", merit, *(found[2].split() if found else []))
    checks.that(code == 0 and said.count(".") == 2, f"merit makes the token that the notes speak of: {said.strip()}")


def render(helm, release, files):
    """The chart's objects with these value files, or what helm said against it."""
    words = [helm, "template", release, CHART, "--namespace", "sales"]
    code, said = run(*words, *(word for file in files for word in ("--values", file)))
    if code != 0:
        return None, said
    objects = [thing for thing in yaml.safe_load_all(said) if thing]
    for thing in objects:
        thing["metadata"].setdefault("namespace", "sales")
    return objects, said


def check_rendered(checks, helm, merit, release, file):
    """One file of values, all promises."""
    code, said = run(helm, "lint", CHART, "--strict", "--quiet", "--values", file)
    checks.that(code == 0, f"helm lint: {said.strip()}")
    objects, said = render(helm, release, [file])
    checks.that(objects is not None, f"helm template: {said.strip()}")
    if objects is None:
        return
    values = merged(yaml.safe_load((CHART / "values.yaml").read_text()), yaml.safe_load(file.read_text()))
    names = [(thing["kind"], thing["metadata"]["name"]) for thing in objects]
    checks.equal(sorted(set(names)), sorted(names), "no object is there twice")
    checks.that("Secret" not in {kind for kind, _ in names}, "no secret is in the chart")
    for owner, template in pods(objects):
        check_pod(checks, owner, template, values)
    if values["mode"] == "single":
        check_server(checks, objects, values)
    else:
        check_distributed(checks, objects, values)
    check_job(checks, objects, values, "review", ["review", "run", "--cycle", "last-ended"])
    check_job(checks, objects, values, "mail", ["mail", "send"])
    check_network(checks, objects, values)
    check_schemas(checks, objects)
    check_monitoring(checks, objects, values)
    if merit:
        check_words(checks, objects, merit)
        check_understood(checks, objects, merit)


def check_refused(checks, helm):
    """Values that can't work are refused, by a message that names the place."""
    for case in yaml.safe_load((HERE / "refused.yaml").read_text()):
        checks.case = f"refused: {case['why']}"
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump(case["values"], file)
            file.flush()
            objects, said = render(helm, "merit", [file.name])
        checks.that(objects is None, "it was taken")
        checks.that(case["says"] in re.sub(r"\.(?=\w)", "/", said) or case["says"] in said, f"helm said: {said.strip()}")


def main():
    """Reads the command line and runs every check."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--helm", required=True)
    parser.add_argument("--merit")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    checks = Checks()
    for file in sorted((HERE / "values").glob("*.yaml")):
        checks.case = file.name
        check_rendered(checks, options.helm, options.merit, "merit", file)
    checks.case = "a release name as long and as odd as helm allows"
    for file in ["mail.yaml", "distributed.yaml"]:
        check_rendered(checks, options.helm, None, "2.release-" + "x" * 43, HERE / "values" / file)
    check_refused(checks, options.helm)
    if options.merit:
        checks.case = "notes"
        check_notes(checks, options.helm, options.merit)
    print(f"{checks.passed} passed, {len(checks.failures)} failed")
    sys.exit(1 if checks.failures else 0)


if __name__ == "__main__":
    main()
