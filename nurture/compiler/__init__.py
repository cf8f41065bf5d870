"""YAML files to frozen domain objects, with every mistake placed."""
