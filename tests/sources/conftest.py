"""Helm's own code, for holding our reading against it."""

from __future__ import annotations

import os
from typing import Any

import pytest


class Helm:
    """Renders values through `| quote`, and layers them, with the Helm SDK."""

    def __init__(self, module: Any, folder: str) -> None:
        self.module = module
        self.folder = folder
        self.count = 0

    def chart(self, values: str, template: str = "") -> Any:
        self.count += 1
        folder = os.path.join(self.folder, str(self.count))
        os.makedirs(os.path.join(folder, "templates"))
        for name, text in (
            ("Chart.yaml", "apiVersion: v2\nname: probe\nversion: 0.1.0\n"),
            ("values.yaml", values),
            ("templates/probe.yaml", template),
        ):
            with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
        return self.module.Chart.load(folder)

    def values(self, text: str) -> Any:
        """A values file of several documents, as a chart's values.yaml is loaded."""
        with self.chart(text) as chart:
            return chart.values

    def layered(self, base: str, over: Any) -> Any:
        with self.chart(base) as chart:
            return chart.merge_values(over)

    def quoted(self, scalars: list[str]) -> list[tuple[str, str]]:
        """Kind (as Go's templates see it) and `| quote` of each scalar; raises where Helm refuses one."""
        template = "{{ range .Values.m }}{{ kindOf . }}\t{{ . | quote }}\n{{ end }}"
        values = self.module.values_from_yaml("m:\n" + "".join(f"- {scalar}\n" for scalar in scalars))
        with self.chart("{}", template) as chart:
            (text,) = chart.render(values=values).values()
        return [tuple(line.split("\t")) for line in text.split("\n")[: len(scalars)]]  # type: ignore[misc]


@pytest.fixture(scope="session")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    try:
        import helm_python
    except ImportError:
        pytest.skip("Helm's own code is not here: pip install helm-python-sdk (75 MB, Linux and macOS)")
    return Helm(helm_python, str(tmp_path_factory.mktemp("helm")))
