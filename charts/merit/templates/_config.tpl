{{/* The servers' file of settings: what `config` says, as TOML. What other values say, and would win, has no place there. */}}
{{- define "merit.config" -}}
{{- $elsewhere := dict
  "server.listen" "service.port" "server.tls_cert_file" "tls" "server.tls_key_file" "tls" "server.client_ca_file" "tls"
  "services.directory" "mode" "services.goals" "mode" "services.feedback" "mode" "services.scoring" "mode"
  "services.notifications" "mode" "services.reviews" "mode"
  "services.ca_file" "tls" "services.cert_file" "tls" "services.key_file" "tls"
  "identity.key_file" "identity.keySecret"
  "telemetry.log" "log" "telemetry.prometheus" "monitoring.metrics"
  "smtp.host" "mail.smtp" "smtp.port" "mail.smtp" "smtp.security" "mail.smtp" "smtp.username" "mail.smtp"
  "smtp.password_file" "mail.smtp" -}}
{{- if and (dig "identity" "certificates" "" .Values.config) (not .Values.tls.enabled) -}}
{{- fail "config.identity.certificates says who shows which certificate, and nobody shows any without TLS: set tls.enabled" -}}
{{- end -}}
{{- range $section, $settings := .Values.config -}}
[{{ $section }}]
{{ range $name, $value := $settings -}}
{{- with get $elsewhere (printf "%s.%s" $section $name) -}}
{{- fail (printf "config.%s.%s has no place there: set %s" $section $name .) -}}
{{- end -}}
{{ $name }} = {{ include "merit.toml" $value }}
{{ end }}
{{ end -}}
{{- end -}}

{{/* One value as TOML. A text of JSON is one of TOML, too; numbers come as floating point, which no setting takes. */}}
{{- define "merit.toml" -}}
{{- if kindIs "map" . -}}
{ {{- $first := true }}{{ range $name, $value := . }}{{ if not $first }},{{ end }} {{ toJson $name }} = {{ toJson $value }}{{ $first = false }}{{ end }} }
{{- else if or (kindIs "string" .) (kindIs "slice" .) (kindIs "bool" .) -}}
{{ toJson . }}
{{- else -}}
{{ int64 . }}
{{- end -}}
{{- end -}}

{{/* Whether servers have a file of settings. */}}
{{- define "merit.hasConfig" -}}
{{- if or .Values.config .Values.files }}yes{{ end -}}
{{- end -}}

{{- define "merit.configMount" -}}
{{- if include "merit.hasConfig" . -}}
- name: config
  mountPath: /etc/merit
  readOnly: true
{{- end -}}
{{- end -}}

{{- define "merit.configVolume" -}}
{{- if include "merit.hasConfig" . -}}
- name: config
  configMap:
    name: {{ include "merit.name" . }}-config
{{- end -}}
{{- end -}}

{{/* The words that name the file. */}}
{{- define "merit.configArgs" -}}
{{- if include "merit.hasConfig" . -}}
- --config
- /etc/merit/merit.toml
{{- end -}}
{{- end -}}

{{/* What only servers are told, and no job: their certificate, and where they offer metrics. */}}
{{- define "merit.onlyServers" -}}
{{- include "merit.tlsServer" . }}
{{- if .Values.monitoring.metrics.enabled }}
MERIT_TELEMETRY_PROMETHEUS: "0.0.0.0:{{ .Values.monitoring.metrics.port }}"
{{- end -}}
{{- end -}}

{{/* The ports of a server. */}}
{{- define "merit.ports" -}}
- name: grpc
  containerPort: {{ .Values.service.port }}
{{- if .Values.monitoring.metrics.enabled }}
{{- if eq (int .Values.monitoring.metrics.port) (int .Values.service.port) }}
{{- fail "monitoring.metrics.port is service.port, which answers gRPC: choose another" }}
{{- end }}
- name: metrics
  containerPort: {{ .Values.monitoring.metrics.port }}
{{- end -}}
{{- end -}}
