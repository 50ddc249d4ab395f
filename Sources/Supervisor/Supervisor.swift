// Supervisor: see docs/architecture.md.
