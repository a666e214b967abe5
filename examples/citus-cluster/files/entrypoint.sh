#!/usr/bin/env bash
# Writes Patroni's configuration from the environment and starts Patroni.
#
# Patroni knows PATRONI_POSTGRESQL_LISTEN and its like, but no variable that sets a parameter: the
# PATRONI_POSTGRESQL_<PARAMETER> variables below are this script's own. What it writes under bootstrap.dcs
# counts once, when the cluster is initialised; after that the parameters live in the DCS.
set -euo pipefail

config=/home/postgres/patroni.yml

# TLS is always on: with the mounted certificates, or with the self-signed one of the image.
if [[ ${SSL_ENABLED:-false} == true ]]; then
    tls=/etc/postgresql/tls
    node_conninfo="sslmode=${SSL_MODE:-verify-ca} sslrootcert=$tls/ca.crt"
else
    tls=/etc/postgresql/self-signed
    node_conninfo="sslmode=prefer"
fi

cat >"$config" <<YAML
bootstrap:
  dcs:
    ttl: 30
    loop_wait: 10
    retry_timeout: 10
    maximum_lag_on_failover: 1048576
    postgresql:
      use_pg_rewind: true
      parameters:
        max_connections: ${PATRONI_POSTGRESQL_MAX_CONNECTIONS:-200}
        max_locks_per_transaction: ${PATRONI_POSTGRESQL_MAX_LOCKS_PER_TRANSACTION:-512}
        shared_buffers: ${PATRONI_POSTGRESQL_SHARED_BUFFERS:-16MB}
        work_mem: ${PATRONI_POSTGRESQL_WORK_MEM:-4MB}
        maintenance_work_mem: ${PATRONI_POSTGRESQL_MAINTENANCE_WORK_MEM:-64MB}
        effective_cache_size: ${PATRONI_POSTGRESQL_EFFECTIVE_CACHE_SIZE:-128MB}
        wal_buffers: ${PATRONI_POSTGRESQL_WAL_BUFFERS:-16MB}
        checkpoint_completion_target: ${PATRONI_POSTGRESQL_CHECKPOINT_COMPLETION_TARGET:-0.9}
        random_page_cost: ${PATRONI_POSTGRESQL_RANDOM_PAGE_COST:-1.1}
        shared_preload_libraries: '${PATRONI_POSTGRESQL_SHARED_PRELOAD_LIBRARIES:-pg_partman_bgw}'
        citus.node_conninfo: '$node_conninfo'
        ssl: 'on'
        ssl_ca_file: $tls/ca.crt
        ssl_cert_file: $tls/tls.crt
        ssl_key_file: $tls/tls.key
      pg_hba:
        - local all all trust
        - host replication ${PATRONI_REPLICATION_USERNAME:-replicator} all scram-sha-256
        - host all all all scram-sha-256
  initdb:
    - data-checksums
    - encoding: UTF8
postgresql:
  connect_address: '${POD_IP:?}:5432'
restapi:
  connect_address: '${POD_IP:?}:8008'
YAML

exec patroni "$config"
