{{/* The labels by which Patroni finds the members of one Citus group. Takes root and group. */}}
{{- define "citus-cluster.labels" -}}
application: {{ .root.Values.application }}
cluster-name: {{ .root.Values.clusterName }}
citus-group: {{ .group.citusGroup | quote }}
{{- end }}

{{/* Every group: the coordinator's first, then the workers'. */}}
{{- define "citus-cluster.groups" -}}
{{- $groups := list }}
{{- if .Values.coordinator.enabled }}{{ $groups = append $groups .Values.coordinator }}{{ end }}
{{- range .Values.workers }}{{ $groups = append $groups . }}{{ end }}
{{- toJson $groups }}
{{- end }}

{{/* What files/entrypoint.sh reads. A parameter that has no line here reaches no pod. */}}
{{- define "citus-cluster.parameters" -}}
- name: PATRONI_POSTGRESQL_MAX_CONNECTIONS
  value: {{ .Values.patroni.postgresql.parameters.max_connections | quote }}
- name: PATRONI_POSTGRESQL_MAX_LOCKS_PER_TRANSACTION
  value: {{ .Values.patroni.postgresql.parameters.max_locks_per_transaction | quote }}
- name: PATRONI_POSTGRESQL_SHARED_BUFFERS
  value: {{ .Values.patroni.postgresql.parameters.shared_buffers | quote }}
- name: PATRONI_POSTGRESQL_WORK_MEM
  value: {{ .Values.patroni.postgresql.parameters.work_mem | quote }}
- name: PATRONI_POSTGRESQL_MAINTENANCE_WORK_MEM
  value: {{ .Values.patroni.postgresql.parameters.maintenance_work_mem | quote }}
- name: PATRONI_POSTGRESQL_EFFECTIVE_CACHE_SIZE
  value: {{ .Values.patroni.postgresql.parameters.effective_cache_size | quote }}
- name: PATRONI_POSTGRESQL_WAL_BUFFERS
  value: {{ .Values.patroni.postgresql.parameters.wal_buffers | quote }}
- name: PATRONI_POSTGRESQL_CHECKPOINT_COMPLETION_TARGET
  value: {{ .Values.patroni.postgresql.parameters.checkpoint_completion_target | quote }}
- name: PATRONI_POSTGRESQL_RANDOM_PAGE_COST
  value: {{ .Values.patroni.postgresql.parameters.random_page_cost | quote }}
- name: PATRONI_POSTGRESQL_SHARED_PRELOAD_LIBRARIES
  value: {{ .Values.patroni.postgresql.parameters.shared_preload_libraries | quote }}
{{- end }}

{{/* One password from the secret. Takes root, name (of the variable) and key. */}}
{{- define "citus-cluster.password" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .root.Values.secret.name }}
      key: {{ .key }}
{{- end }}
