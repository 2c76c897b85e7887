{{/* Names and labels. Cut short so that a CronJob's name with its suffix stays within 52 characters; no dots and
no digit in front, which a Service's name may not have. */}}
{{- define "merit.name" -}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- if hasPrefix "merit" $release -}}
{{- $release | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "merit-%s" ($release | trunc 34 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods of one component: dict "root" $ "component" "server". */}}
{{- define "merit.selector" -}}
app.kubernetes.io/name: merit
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "merit.labels" -}}
{{ include "merit.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "merit.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "merit.tokenSecret" -}}
{{ .Values.token.secretName | default (printf "%s-token" (include "merit.name" .)) }}
{{- end -}}

{{/* How servers are spoken to. */}}
{{- define "merit.scheme" -}}
{{ ternary "https" "http" .Values.tls.enabled }}
{{- end -}}

{{- define "merit.url" -}}
{{ include "merit.scheme" . }}://{{ include "merit.name" . }}.{{ .Release.Namespace }}.svc:{{ .Values.service.port }}
{{- end -}}

{{/* Egress to name lookup, for NetworkPolicies. */}}
{{- define "merit.lookup" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end -}}

{{/* The services that run apart in a distributed installation. */}}
{{- define "merit.services" -}}
directory goals feedback scoring notifications reviews
{{- end -}}

{{/* Where a service is reached: dict "root" $ "service" "goals". */}}
{{- define "merit.address" -}}
{{ include "merit.scheme" .root }}://{{ include "merit.name" .root }}-{{ .service }}.{{ .root.Release.Namespace }}.svc:{{ .root.Values.service.port }}
{{- end -}}

{{/* The database's settings as a container's environment: nothing in it is secret. */}}
{{- define "merit.database" -}}
MERIT_STORAGE_KIND: postgres
{{- with .Values.database }}
MERIT_STORAGE_URL: {{ printf "postgres://%s@%s:%d/%s%s" .user .host (int .port) .name (include "merit.databaseTls" .) | quote }}
MERIT_STORAGE_PASSWORD_FILE: /var/run/merit/database/password
MERIT_STORAGE_CONNECTIONS: {{ .connections | quote }}
{{- end }}
MERIT_IDENTITY_KEY_FILE: /var/run/merit/identity/key
{{- end -}}

{{/* How the connection to the database is protected, as parameters of its address. */}}
{{- define "merit.databaseTls" -}}
{{- if ne .sslMode "prefer" }}?sslmode={{ .sslMode }}{{ end -}}
{{- if .caSecret.name }}&sslrootcert=/var/run/merit/database-ca/ca.crt{{ end -}}
{{- end -}}

{{/* The files that a process with a database needs, and where they stand. */}}
{{- define "merit.secretMounts" -}}
- name: database
  mountPath: /var/run/merit/database
  readOnly: true
- name: identity
  mountPath: /var/run/merit/identity
  readOnly: true
{{- if .Values.database.caSecret.name }}
- name: database-ca
  mountPath: /var/run/merit/database-ca
  readOnly: true
{{- end }}
{{- end -}}
{{- define "merit.secretVolumes" -}}
- name: database
  secret:
    secretName: {{ .Values.database.passwordSecret.name }}
    defaultMode: 0440
    items:
      - key: {{ .Values.database.passwordSecret.key }}
        path: password
- name: identity
  secret:
    secretName: {{ .Values.identity.keySecret.name | default (printf "%s-identity" (include "merit.name" .)) }}
    defaultMode: 0440
    items:
      - key: {{ .Values.identity.keySecret.key }}
        path: key
{{- with .Values.database.caSecret }}
{{- if .name }}
- name: database-ca
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    items:
      - key: {{ .key }}
        path: ca.crt
{{- end }}
{{- end }}
{{- end -}}

{{/* Egress to our own servers: dict "root" $ "servers" (list …). */}}
{{- define "merit.toServers" -}}
- to:
    - podSelector:
        matchLabels:
          app.kubernetes.io/name: merit
          app.kubernetes.io/instance: {{ .root.Release.Name }}
        matchExpressions:
          - key: app.kubernetes.io/component
            operator: In
            values: {{ toJson .servers }}
  ports:
    - port: grpc
      protocol: TCP
{{- end -}}
