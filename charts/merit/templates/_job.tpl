{{/*
A CronJob that runs the binary against the server: dict "root" $ "component" "review" "job" .Values.review "args" (list …).
Kubernetes may start it twice; the server's own keys see to it that nothing doubles.
*/}}
{{- define "merit.cronjob" -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ include "merit.name" .root }}-{{ .component }}
  labels:
    {{- include "merit.labels" . | nindent 4 }}
spec:
  schedule: {{ .job.schedule | quote }}
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  suspend: {{ .job.suspend }}
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    metadata:
      labels:
        {{- include "merit.labels" . | nindent 8 }}
    spec:
      backoffLimit: {{ .job.retries }}
      activeDeadlineSeconds: {{ .job.deadlineSeconds }}
      podFailurePolicy:
        rules:
          # 1 problems in the input, 2 wrong use, 4 waiting for approval: trying again changes nothing.
          - action: FailJob
            onExitCodes:
              containerName: {{ .component }}
              operator: In
              values: [1, 2, 4]
          - action: Ignore
            onPodConditions:
              - type: DisruptionTarget
                status: "True"
      template:
        metadata:
          labels:
            {{- include "merit.labels" . | nindent 12 }}
        spec:
          {{- include "merit.pod" .root | nindent 10 }}
          restartPolicy: Never
          containers:
            - name: {{ .component }}
              {{- include "merit.container" .root | nindent 14 }}
              command: [/usr/local/bin/merit]
              args:
                {{- range .args }}
                - {{ . | quote }}
                {{- end }}
                {{- if eq .root.Values.mode "single" }}
                - --server
                - {{ include "merit.url" .root | quote }}
                {{- end }}
                - --token
                - /var/run/merit/scheduler/token
              {{- if eq .root.Values.mode "distributed" }}
              # It says where each service is.
              envFrom:
                - configMapRef:
                    name: {{ include "merit.name" .root }}
              {{- end }}
              env:
                - name: MERIT_LOG
                  value: {{ .root.Values.log | quote }}
                {{- if eq .root.Values.mode "single" }}
                {{- range $name, $value := include "merit.tlsCaller" .root | fromYaml }}
                - name: {{ $name }}
                  value: {{ $value | quote }}
                {{- end }}
                {{- end }}
              resources:
                {{- toYaml .root.Values.resources.jobs | nindent 16 }}
              volumeMounts:
                - name: token
                  mountPath: /var/run/merit/scheduler
                  readOnly: true
                {{- include "merit.tlsMount" .root | nindent 16 }}
                - name: tmp
                  mountPath: /tmp
          volumes:
            - name: token
              secret:
                secretName: {{ include "merit.tokenSecret" .root }}
                defaultMode: 0440
                items:
                  - key: {{ .root.Values.token.key }}
                    path: token
            {{- include "merit.tlsVolume" .root | nindent 12 }}
            - name: tmp
              emptyDir: {}
{{- end -}}
