// LabKit: see docs/architecture.md.
