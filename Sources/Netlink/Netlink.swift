// Netlink: see docs/architecture.md.
