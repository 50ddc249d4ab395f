// SimulationKit: see docs/architecture.md.
