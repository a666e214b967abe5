"""Adds to the wheel what a checkout reads in place: the rules, and the bundle for a fast start."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes `pgcfglint/_bundle` and puts the top-level `rules/` into the package as `_rules`.

    An editable install gets neither: it reads the checkout's own files, so that an edited rule
    counts at once.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects the files; version is "standard" or "editable"."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from pgcfglint import bundle, bundling
        finally:
            sys.path.remove(self.root)
        self._folder = tempfile.TemporaryDirectory(prefix="pgcfglint-bundle-")
        bundling.build(self._folder.name)
        added = build_data["force_include"]
        added[self._folder.name] = f"pgcfglint/{bundle.FOLDER}"
        rules = os.path.join(self.root, "rules")
        if os.path.isdir(rules):
            added[rules] = "pgcfglint/_rules"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called after the wheel is written."""
        if version != "editable":
            self._folder.cleanup()
