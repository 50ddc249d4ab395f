// ControlModel: see docs/architecture.md.
