// VRRPWire: see docs/architecture.md.
