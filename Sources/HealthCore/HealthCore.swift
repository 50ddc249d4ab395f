// HealthCore: see docs/architecture.md.
