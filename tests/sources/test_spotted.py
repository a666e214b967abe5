"""Secrets in the clear and roles of old, where they stand; and what only looks like one."""

from __future__ import annotations

import pytest

from pgcfglint.sources import spotted
from pgcfglint.sources.nodes import parse
from pgcfglint.sources.text import Source


def seen(text: str, dialect: str = "helm") -> list[tuple[str, int, str]]:
    roots = parse(text, "v.yaml")
    found = spotted.spotted(roots, {"v.yaml": Source("v.yaml", text)}, dialect)
    return [
        (each.kind, each.location.line, each.fields.get("names", each.fields.get("text", "")))
        for each in found
    ]


@pytest.mark.parametrize(
    "text",
    [
        "auth: {password: 9fj3-kkQ2-ss81}",
        "auth:\n  postgresPassword: '9fj3-kkQ2-ss81'",
        "metrics: {api_token: 0123456789abcdef}",
        "env:\n  AWS_SECRET_ACCESS_KEY: abcdEFGH0123",
        "users:\n- {name: app, password: 9fj3-kkQ2-ss81}",
    ],
)
def test_a_secret(text: str) -> None:
    assert [kind for kind, _, _ in seen(text)] == ["inline-secret"]
    assert seen(text, "pyyaml") == []


@pytest.mark.parametrize(
    "text",
    [
        "auth: {password: changeme}",
        "auth: {password: ''}",
        "auth: {password: '${PASSWORD}'}",
        "auth: {password: '{{ .Values.other }}'}",
        "auth: {password: 'ENC[AES256_GCM,data:abc]'}",
        "auth: {existingSecret: app, passwordKey: pg-password}",
        "secret: {keys: {superuserPassword: superuser-password}}",
        "serviceAccount: {automountServiceAccountToken: true}",
        "auth: {passwordSecretRef: {password: key-of-it}}",
        "# password: 9fj3-kkQ2-ss81\nauth: {}",
    ],
)
def test_no_secret(text: str) -> None:
    assert seen(text) == []


def test_secrets_of_a_file_are_one_observation() -> None:
    text = "b: {password: 9fj3-kkQ2-ss81}\na: {token: 0123456789abcdef}"
    assert seen(text) == [("inline-secret", 1, "b.password, a.token")]


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("cmd: patronictl restart c --role master", 27, "--role master"),
        ("cmd: patronictl restart c --role=master", 27, "--role=master"),
        ("selector: {role: master}", 12, "role: master"),
        ("query: role=master", 8, "role=master"),
    ],
)
def test_an_old_role(text: str, column: int, said: str) -> None:
    (found,) = spotted.old_roles({"v.yaml": Source("v.yaml", text)})
    assert (found.location.line, found.location.column, found.fields["text"]) == (1, column, said)


@pytest.mark.parametrize(
    "text",
    [
        "role: primary",
        "spilo-role: master",
        "# role: master",
        "role: webmaster",
        "roles: master",
        "kubernetes: {leader_label_value: master}\nselector: {role: master}",
        "env:\n- name: PATRONI_KUBERNETES_LEADER_LABEL_VALUE\n  value: master\nselector: {role: master}",
    ],
)
def test_no_old_role(text: str) -> None:
    assert list(spotted.old_roles({"v.yaml": Source("v.yaml", text)})) == []


def test_templates_are_one_observation() -> None:
    texts = {"a.yaml": "role: master\n", "b.yaml": "x: 1\nrole: master\n"}
    sources = {path: Source(path, text) for path, text in texts.items()}
    (found,) = spotted.in_templates(sources, kept=False)
    assert (found.location.path, [each.location.path for each in found.related]) == ("a.yaml", ["b.yaml"])
    assert list(spotted.in_templates(sources, kept=True)) == []
    kept = Source("c.yaml", "leader_label_value: master")
    assert list(spotted.in_templates({**sources, "c.yaml": kept}, kept=False)) == []
