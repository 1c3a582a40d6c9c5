"""The contract with frontends: what the schema promised at the last release, and what has become of it since."""
