// ConfigurationSyntax: see docs/architecture.md.
