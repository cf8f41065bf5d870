"""YAML files to frozen domain objects, with every mistake placed."""

from nurture.compiler.release import compile_files, compile_workflow
from nurture.compiler.schema import json_schemas

__all__ = ["compile_files", "compile_workflow", "json_schemas"]
