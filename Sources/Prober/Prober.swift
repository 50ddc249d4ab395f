// Prober: see docs/architecture.md.
