{{/* TLS between Merit's own parts: one Secret, whose certificate is good for the name of each server. */}}
{{- define "merit.tlsSecret" -}}
{{ .Values.tls.secretName | default (printf "%s-tls" (include "merit.name" .)) }}
{{- end -}}

{{/* The names of Services, one a line: a certificate is good for each, short and long. */}}
{{- define "merit.serverNames" -}}
{{- if eq .Values.mode "single" -}}
{{ include "merit.name" . }}
{{- else -}}
{{- range $at, $service := splitList " " (include "merit.services" .) }}
{{- if $at }}{{ "\n" }}{{ end }}{{ include "merit.name" $ }}-{{ $service }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What a server is told: its certificate, and whose certificates callers may show. */}}
{{- define "merit.tlsServer" -}}
{{- if .Values.tls.enabled -}}
MERIT_SERVER_TLS_CERT_FILE: /var/run/merit/tls/tls.crt
MERIT_SERVER_TLS_KEY_FILE: /var/run/merit/tls/tls.key
MERIT_SERVER_CLIENT_CA_FILE: /var/run/merit/tls/ca.crt
{{- end -}}
{{- end -}}

{{/* What a caller is told: whom it trusts, and the certificate that it shows. */}}
{{- define "merit.tlsCaller" -}}
{{- if .Values.tls.enabled -}}
MERIT_SERVICES_CA_FILE: /var/run/merit/tls/ca.crt
MERIT_SERVICES_CERT_FILE: /var/run/merit/tls/tls.crt
MERIT_SERVICES_KEY_FILE: /var/run/merit/tls/tls.key
{{- end -}}
{{- end -}}

{{- define "merit.tlsMount" -}}
{{- if .Values.tls.enabled -}}
- name: tls
  mountPath: /var/run/merit/tls
  readOnly: true
{{- end -}}
{{- end -}}

{{- define "merit.tlsVolume" -}}
{{- if .Values.tls.enabled -}}
- name: tls
  secret:
    secretName: {{ include "merit.tlsSecret" . }}
    defaultMode: 0440
    items:
      - key: tls.crt
        path: tls.crt
      - key: tls.key
        path: tls.key
      - key: ca.crt
        path: ca.crt
{{- end -}}
{{- end -}}

{{/* How a probe asks a server. Kubernetes asks gRPC's health service in the clear only; over TLS an open port has to do, which
a server opens when it is ready and closes when it is told to stop. */}}
{{- define "merit.probe" -}}
{{- if .Values.tls.enabled -}}
tcpSocket:
  port: grpc
{{- else -}}
grpc:
  port: {{ .Values.service.port }}
{{- end -}}
{{- end -}}
