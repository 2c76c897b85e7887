{{/* What every pod of Merit has: no privileges, no credentials of the cluster, where it runs. */}}
{{- define "merit.pod" -}}
serviceAccountName: {{ include "merit.name" . }}
{{ include "merit.podOfAnybody" . }}
{{- end -}}

{{/* The same for a pod that runs before the release's own account is there. */}}
{{- define "merit.podOfAnybody" -}}
automountServiceAccountToken: false
# A service called `merit` would otherwise put MERIT_PORT and others into every container's environment.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  # Once only: done at each start it would open the server's key file to the group.
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "merit.container" -}}
image: {{ include "merit.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities:
    drop: [ALL]
{{- end -}}
