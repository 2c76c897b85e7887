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

{{- define "merit.url" -}}
http://{{ include "merit.name" . }}.{{ .Release.Namespace }}.svc:{{ .Values.service.port }}
{{- end -}}

{{/* Egress to name lookup, for NetworkPolicies. */}}
{{- define "merit.lookup" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end -}}
