// VRRPCore: see docs/architecture.md.
